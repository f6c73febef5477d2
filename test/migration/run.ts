// Kills migrations at so many random moments and looks at what became of each:
//   node --conditions=@syncline/source test/migration/run.ts [kills] [seed] [documents]
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { killMigrations } from "./killed-migrations.ts"

const [kills = 100, seed = 1, documents = 100_000] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), "syncline-migration-"))
const started = performance.now()
try {
  console.log(await killMigrations({ folder, documents, kills, seed, say: line => console.log(line) }))
  console.log(`nothing lost; ${Math.round((performance.now() - started) / 1000)} s`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
