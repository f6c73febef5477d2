// Runs many histories of sinks that go wrong, so many of each scenario, in as many processes as asked for:
//   node --conditions=@syncline/source test/sink-schedules/run.ts [count] [first seed] [scenario…] [--processes=2]
import { allSinkFaults, type SinkSimulationReport } from "@syncline/core/testing"
import { RunTotals } from "../schedules/run-totals.ts"
import { runSchedules } from "../schedules/run-schedules.ts"
import { scenarios } from "./scenarios.ts"

await runSchedules<SinkSimulationReport>({
  worker: new URL("schedules-worker.ts", import.meta.url),
  scenarios: scenarios.keys(),
  totalsOf: name =>
    new RunTotals(name, scenarios.get(name)?.faults ?? allSinkFaults, report => {
      const { histories, steps, commits, longestRestMs: longestMs, fired, outcomes } = report
      return { histories, sums: { steps, commits }, longestMs, fired, counts: { outcomes } }
    })
})
