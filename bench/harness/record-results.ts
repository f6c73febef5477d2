import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { deltaSizeChart } from "../diff/delta-size-chart.ts"
import { growthCharts } from "../sync/growth-chart.ts"
import { barChart } from "./bar-chart.ts"
import type { BenchRow } from "./bench.ts"
import { lineChart } from "./line-chart.ts"

/**
 * Keeps the rows of a run, and the machine they are from, as `<area>.json` for each area in `folder`, and draws the charts
 * whose rows are among them.
 *
 * @returns the files written.
 */
export function recordResults(folder: string, machine: string, rows: readonly BenchRow[]): string[] {
  mkdirSync(folder, { recursive: true })
  const areas = Map.groupBy(rows, ({ bench }) => bench.split("/")[0] ?? bench)
  const written = [...areas].map(([area, own]) => {
    const path = join(folder, `${area}.json`)
    const lines = own.map(row => `    ${JSON.stringify(row)}`).join(",\n")
    writeFileSync(path, `{\n  "machine": ${JSON.stringify(machine)},\n  "rows": [\n${lines}\n  ]\n}\n`)
    return path
  })
  for (const [name, svg] of chartsOf(rows)) {
    const path = join(folder, name)
    writeFileSync(path, svg)
    written.push(path)
  }
  return written
}

/** Charts by file name. */
function chartsOf(rows: readonly BenchRow[]): ReadonlyMap<string, string> {
  const charts = new Map([...growthCharts(rows)].map(([name, chart]) => [name, lineChart(chart)]))
  const deltas = deltaSizeChart(rows)
  if (deltas !== undefined) charts.set("delta-sizes.svg", barChart(deltas))
  return charts
}
