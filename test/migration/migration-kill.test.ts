import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { killMigrations } from "./killed-migrations.ts"

const kills = Number(process.env["SYNCLINE_KILLS"] ?? 4)

test(
  `[MI6] migrations killed at ${kills} random moments lose nothing, and repeat at most a batch each time`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "syncline-migration-"))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const seed = Math.floor(Math.random() * 2 ** 31)
    const outcome = await killMigrations({ folder, documents: 1500, kills, seed, say: () => {} }).catch(
      (cause: unknown) => {
        throw new Error(`seed ${seed}`, { cause })
      }
    )
    expect(outcome.kills).toBe(kills)
    expect(outcome.migrations).toBeGreaterThan(0)
  },
  60_000 + kills * 10_000
)
