// Edits documents of a replica until it is killed, and says so on standard output: `open`, then the dot of every commit
// that became durable. Arguments: path, state directory, seed, durability.
import { writeSync } from "node:fs"
import { flushCompileCache } from "node:module"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { openReplica } from "@syncline/core"
import { SeededRandom } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { entries } from "./replica-entries.ts"

const [path = "", stateDirectory = "", seed = "1", durability] = process.argv.slice(2)
const random = new SeededRandom(Number(seed))

// Written at once, past the buffers of the process, which die with it.
const say = (line: string): void => void writeSync(1, `${line}\n`)

say("start")
// What was compiled is kept for the next writer; the process does not live to do it at its end.
flushCompileCache()
const replica = await openReplica({
  store: sqliteStore(path, { stateDirectory, durability: durability === "power" ? "power" : "process" }),
  engine: yjs(),
  collections: [entries],
  sinks: [sqliteSink(`${path}.rows`)],
  retainCommits: 20
})
say("open")
for (let count = 0; ; count++) {
  const entry = await replica.load(entries, `e${random.integer(4)}`)
  const marks: string[] = []
  const commits = Array.from({ length: 1 + random.integer(5) }, (_, i) => {
    const mark = `${process.pid}.${count}.${i}`
    marks.push(mark)
    return entry.change(draft => {
      draft.marks[mark] = i
      draft.log = `${draft.log.slice(-200)}${mark};`
    })
  })
  await Promise.all(commits.map(commit => commit.durable))
  for (const mark of marks) say(`${entry.id} ${mark}`)
}
