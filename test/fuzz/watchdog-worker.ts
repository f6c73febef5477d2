// Looks on from a thread of its own while another one works on inputs; started by `watchdog.ts`.
import { writeSync } from "node:fs"
import { workerData } from "node:worker_threads"

const { beats, maxInputMs } = workerData as { readonly beats: BigInt64Array; readonly maxInputMs: number }
let last = -1n
// Two looks at one input are at least so far apart.
setInterval(() => {
  const beat = Atomics.load(beats, 0)
  if (beat > 0n && beat === last) {
    writeSync(2, `HANGS: seed ${beats[1]} has taken more than ${maxInputMs} ms\n`)
    process.kill(process.pid, "SIGKILL")
  }
  last = beat
}, maxInputMs)
