// Appends to a SQLite store until it is killed, and says so on standard output: `open`, then the number of every batch
// whose append was fulfilled. Arguments: path, state directory, seed, durability.
import { writeSync } from "node:fs"
import { flushCompileCache } from "node:module"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { KillWorkload, progress } from "./kill-workload.ts"

const [path = "", stateDirectory = "", seed = "1", durability] = process.argv.slice(2)

// Written at once, past the buffers of the process, which die with it.
const say = (line: string): void => void writeSync(1, `${line}\n`)

say("start")
// What was compiled is kept for the next writer; the process does not live to do it at its end.
flushCompileCache()
const session = await sqliteStore(path, {
  stateDirectory,
  durability: durability === "power" ? "power" : "process"
}).open()
const done = await session.readValue(progress.space, progress.key)
const workload = new KillWorkload(Number(seed))
const skip = done === undefined ? 0 : Number(new TextDecoder().decode(done))
while (workload.number < skip) workload.next()
say("open")
for (;;) {
  await session.append(workload.next())
  say(`${workload.number}`)
}
