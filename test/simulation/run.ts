// Runs many simulated histories, so many of each scenario, in as many processes as asked for:
//   node --conditions=@syncline/source test/simulation/run.ts [count] [first seed] [scenario…] [--processes=2]
import { allFaults, type SimulationReport } from "@syncline/core/testing"
import { RunTotals } from "../schedules/run-totals.ts"
import { runSchedules } from "../schedules/run-schedules.ts"
import { scenarios } from "./scenarios.ts"

await runSchedules<SimulationReport>({
  worker: new URL("simulation-worker.ts", import.meta.url),
  scenarios: scenarios.keys(),
  totalsOf: name =>
    new RunTotals(name, scenarios.get(name)?.faults ?? allFaults, report => {
      const {
        histories,
        steps,
        commits,
        messages,
        longestHealMs: longestMs,
        mostHealRounds,
        fired,
        events,
        machines
      } = report
      return {
        histories,
        sums: { steps, commits, messages },
        longestMs,
        fired,
        counts: { machines, rounds: { [mostHealRounds]: 1 }, events }
      }
    })
})
