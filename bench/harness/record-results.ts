import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { deltaSizeChart } from "../diff/delta-size-chart.ts"
import { barChart } from "./bar-chart.ts"
import type { BenchRow } from "./bench.ts"

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
  const chart = deltaSizeChart(rows)
  if (chart === undefined) return written
  const path = join(folder, "delta-sizes.svg")
  writeFileSync(path, barChart(chart))
  return [...written, path]
}
