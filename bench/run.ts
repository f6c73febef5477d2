// Every figure this project states, beside its peer:
//   npm run bench -- [filter …] [--json] [--quick] [--record] [--at-once=N]
// A filter begins a word of a bench's name or of its file (`clock`, `clock/compare`). --json prints one object a line and
// nothing else; --quick takes short looks, for checking that the benches run. Exit code 1 when a bench could not
// measure; a missed target is a figure, not a failure. --record keeps the rows and their charts in bench/results.
// --at-once runs so many files at a time, which is for the gate: they slow each other down.
import { cpus, totalmem } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { findBenchFiles } from "./harness/bench-files.ts"
import { recordResults } from "./harness/record-results.ts"
import { rowToJson } from "./harness/json-row.ts"
import { resultTables } from "./harness/result-table.ts"
import { type FileOutcome, runInChild } from "./harness/run-in-child.ts"

const { values, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    "at-once": { type: "string", default: "1" }
  }
})

if (!values.json) console.log(`${machine()}\n`)
const outcomes: FileOutcome[] = []
const files = findBenchFiles(import.meta.dirname, filters).values()
await Promise.all(Array.from({ length: Number(values["at-once"]) }, runFiles))
process.exitCode = summarize(outcomes)
if (values.record) {
  const rows = outcomes.flatMap(outcome => outcome.rows)
  for (const path of recordResults(join(import.meta.dirname, "results"), machine(), rows))
    console.error(`wrote ${path}`)
}

/** One file after the other, until there is none left. */
async function runFiles(): Promise<void> {
  for (const file of files) {
    // A table comes when all its rows are there, which may take many minutes.
    if (!values.json) console.error(`measuring ${file}`)
    const order = { path: join(import.meta.dirname, file), file, filters, quick: values.quick }
    const outcome = await runInChild(order, row => {
      if (values.json) console.log(rowToJson(row))
    })
    outcomes.push(outcome)
    if (!values.json && outcome.rows.length > 0) console.log(`${resultTables(outcome.rows)}\n`)
    for (const failure of outcome.failures) console.error(`FAILED ${failure}\n`)
  }
}

function summarize(all: readonly FileOutcome[]): number {
  const rows = all.flatMap(outcome => outcome.rows)
  const failures = all.flatMap(outcome => outcome.failures)
  if (rows.length === 0 && failures.length === 0) {
    console.error(`No bench matches ${filters.join(", ") || "(there are none)"}.`)
    return 1
  }
  const missed = rows.filter(({ met }) => met === false).length
  if (!values.json)
    console.log(`${rows.length} rows, ${missed} missed targets, ${failures.length} failed benches`)
  return failures.length === 0 ? 0 : 1
}

function machine(): string {
  const [first] = cpus()
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const system = `${process.platform} ${process.arch}`
  return `${first?.model.trim() ?? "unknown CPU"} × ${cpus().length}, ${memory}, ${system}, Node ${process.versions.node}`
}
