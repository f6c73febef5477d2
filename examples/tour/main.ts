// `npm start`: the tour. `--keep` leaves its databases, `--seed <n>` repeats its random choices; SYNCLINE_TOUR=quick
// makes it shorter. Exits 0 only if every claim it printed held.
import { join } from "node:path"
import { duration, tableLines } from "./format.ts"
import { runSteps } from "./run-steps.ts"
import { Screen } from "./screen.ts"
import { Tour } from "./tour.ts"
import { tourOptions } from "./tour-options.ts"

/** It is promised to end in under two minutes; what has not ended then is stuck. */
const deadlineMs = 115_000
const marks = { checked: "✓", failed: "✗", skipped: "–" } as const

const screen = new Screen(process.stdout)
const options = readOptions()
const tour = new Tour(screen, options)

// However the process ends, nothing of it stays.
process.on("exit", () => tour.cleanUp())
process.on("SIGINT", () => process.exit(130))
process.on("SIGTERM", () => process.exit(143))
setTimeout(() => {
  screen.line(`\nThe tour is stuck: not over after ${duration(deadlineMs)}, seed ${options.seed}.`)
  process.exit(1)
}, deadlineMs).unref()

const started = performance.now()
screen.line("Syncline: documents edited anywhere, merged, and SQL tables proven equal to them.")
screen.line(
  "All of it happens now, on this machine. A line with ✓ was checked, a line without is a measured figure."
)
try {
  await runSteps(tour, join(import.meta.dirname, "../.."))
} catch (error) {
  const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
  tour.check(`the step runs to its end: ${why}`, false)
}
closing()

function readOptions(): ReturnType<typeof tourOptions> {
  try {
    return tourOptions(process.argv.slice(2), process.env)
  } catch (error) {
    screen.line(error instanceof Error ? error.message : String(error))
    process.exit(1)
  }
}

function closing(): void {
  const { summary, checks, failures } = tour.ledger
  const rows = summary.map(({ what, figure, outcome }) => [what, figure, marks[outcome]])
  screen.line()
  for (const line of tableLines([["what", "figure", "checked"], ...rows])) screen.line(line)
  screen.line()
  for (const { step, claim } of failures) screen.line(`✗ FAILED in "${step}": ${claim}`)
  const held = checks.length - failures.length
  const took = duration(performance.now() - started)
  screen.line(`${held} of ${checks.length} checks held, ${took}, seed ${options.seed}`)
  if (options.keep) screen.line(`The databases are in ${tour.folder}`)
  process.exitCode = failures.length === 0 && checks.length > 0 ? 0 : 1
}
