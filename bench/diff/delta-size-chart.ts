import type { BarChart } from "../harness/bar-chart.ts"
import type { BenchRow } from "../harness/bench.ts"

/** The rows `diff/binary` reports sizes in, by what the metric's name begins with. */
const sizes = ["small, bytes", "fast, bytes"] as const

/** Delta sizes by input and tool, of the rows of `diff/binary`; undefined when those were not measured. */
export function deltaSizeChart(rows: readonly BenchRow[]): BarChart | undefined {
  const of = (metric: (typeof sizes)[number]) =>
    new Map(
      rows
        .filter(row => row.bench === "diff/binary" && row.metric === metric && row.unit === "B")
        .map(row => [row.input.split(" ")[0] ?? row.input, row])
    )
  const [small, fast] = [of(sizes[0]), of(sizes[1])]
  if (small.size === 0) return undefined
  return {
    title: "A delta between two versions, by input and tool",
    unit: "bytes",
    series: ["Syncline, small", "best of the native tools", "Syncline, fast", "xdelta3"],
    groups: [...small].map(([label, row]) => {
      const other = fast.get(label)
      return { label, values: [row.ours, finite(row.peer), finite(other?.ours), finite(other?.peer)] }
    })
  }
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined
}
