// Replays the whole recording of two writers through two replicas over a link, and says how it ended:
//   node --conditions=@syncline/source test/traces/run.ts [yjs|automerge] [memory|disk]
import { readConcurrentTrace } from "../../bench/traces/editing-trace.ts"
import { concurrentPairs } from "../../bench/traces/replay-concurrent.ts"
import { complaintsOf, pairsOf, replay, type ReplayOptions } from "./replay.ts"

const [engine, place] = process.argv.slice(2)
const trace = readConcurrentTrace()
if (trace === undefined) process.exitCode = 1
else
  for (const setting of settings())
    if (
      (engine === undefined || engine === setting.engine) &&
      (place === undefined || place === setting.place)
    ) {
      const report = await replay(setting, trace)
      const pairs = pairsOf(report)
      const complaints = [
        ...complaintsOf(report, trace.endContent),
        ...(pairs === concurrentPairs(trace)
          ? []
          : ["commits are concurrent that were not, or the other way"])
      ]
      console.log(
        `${setting.engine}, ${setting.place}: ${trace.transactions.length} commits, ${pairs} concurrent pairs, ` +
          `${report.conflicts.join(" and ")} conflicts, ${report.bytes} bytes on the wire, ` +
          `${(report.milliseconds / 1000).toFixed(1)} s; ` +
          (complaints.length === 0 ? "ended as recorded" : complaints.join("; "))
      )
      if (complaints.length > 0) process.exitCode = 1
    }

function settings(): readonly ReplayOptions[] {
  return (["yjs", "automerge"] as const).flatMap(each =>
    (["memory", "disk"] as const).map(where => ({ engine: each, place: where }))
  )
}
