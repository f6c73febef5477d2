import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { deltaSizeChart } from "../diff/delta-size-chart.ts"
import { growthCharts } from "../sync/growth-chart.ts"
import { barChart } from "./bar-chart.ts"
import type { BenchRow } from "./bench.ts"
import { lineChart } from "./line-chart.ts"

/** What is kept of an area. */
interface Recorded {
  readonly machine: string
  readonly rows: readonly BenchRow[]
}

/**
 * Keeps the rows of a run, and the machine they are from, as `<area>.json` for each area in `folder`, and draws the charts
 * whose rows are among them. Rows that are there of other benches of an area stay if they are from such a machine.
 *
 * @returns the files written.
 */
export function recordResults(folder: string, machine: string, rows: readonly BenchRow[]): string[] {
  mkdirSync(folder, { recursive: true })
  const written: string[] = []
  for (const [area, own] of Map.groupBy(rows, ({ bench }) => bench.split("/")[0] ?? bench)) {
    const path = join(folder, `${area}.json`)
    const all = withOthers(path, { machine, rows: own })
    const lines = all.map(row => `    ${JSON.stringify(row)}`).join(",\n")
    writeFileSync(path, `{\n  "machine": ${JSON.stringify(machine)},\n  "rows": [\n${lines}\n  ]\n}\n`)
    written.push(path)
  }
  for (const [name, svg] of chartsOf(rows)) {
    const path = join(folder, name)
    writeFileSync(path, svg)
    written.push(path)
  }
  return written
}

/** With the rows of benches that did not run this time, in the order of the benches' names. */
function withOthers(path: string, { machine, rows }: Recorded): readonly BenchRow[] {
  if (!existsSync(path)) return rows
  const before = JSON.parse(readFileSync(path, "utf8")) as Recorded
  if (before.machine !== machine) return rows
  const measured = new Set(rows.map(({ bench }) => bench))
  const others = before.rows.filter(({ bench }) => !measured.has(bench))
  return [...others, ...rows].sort((a, b) => (a.bench < b.bench ? -1 : a.bench > b.bench ? 1 : 0))
}

/** Charts by file name. */
function chartsOf(rows: readonly BenchRow[]): ReadonlyMap<string, string> {
  const charts = new Map([...growthCharts(rows)].map(([name, chart]) => [name, lineChart(chart)]))
  const deltas = deltaSizeChart(rows)
  if (deltas !== undefined) charts.set("delta-sizes.svg", barChart(deltas))
  return charts
}
