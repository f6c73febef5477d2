import type { BenchRow } from "../harness/bench.ts"
import type { LineChart, LineSeries } from "../harness/line-chart.ts"

/** What `sync/growth` measures of each number of documents. */
export const growthMetrics = {
  bytes: "bytes on the wire, both ways",
  ms: "connect until equal at both ends",
  restartedMs: "connect until equal, both just started"
} as const

/** The charts of a reconnection by number of documents, by file name, of the rows of `sync/growth`; none without those. */
export function growthCharts(rows: readonly BenchRow[]): ReadonlyMap<string, LineChart> {
  const own = rows.filter(({ bench }) => bench === "sync/growth")
  const { bytes, ms, restartedMs } = growthMetrics
  if (own.length === 0) return new Map()
  return new Map<string, LineChart>([
    [
      "reconnect-bytes.svg",
      {
        title: "A reconnection with 10 documents changed: bytes",
        x: "documents",
        y: "bytes, both directions",
        series: seriesOf(own, [["Syncline", bytes]])
      }
    ],
    [
      "reconnect-time.svg",
      {
        title: "A reconnection with 10 documents changed: time",
        x: "documents",
        y: "ms until both ends are equal",
        series: seriesOf(own, [
          ["Syncline", ms],
          ["Syncline, both just started", restartedMs]
        ])
      }
    ]
  ])
}

/** Our lines, and one for each peer that was measured by the first metric. */
function seriesOf(
  rows: readonly BenchRow[],
  lines: readonly (readonly [name: string, metric: string])[]
): readonly LineSeries[] {
  const ours = lines.map(([name, metric]) => ({ name, points: points(rows, metric, ({ ours: y }) => y) }))
  const beside = rows.filter(({ metric, target }) => metric === lines[0]?.[1] && target === "")
  const peers = [...new Set(beside.map(({ peerName }) => peerName))]
    .filter(name => !name.includes("documents"))
    .map(name => ({
      name,
      points: points(
        beside.filter(({ peerName }) => peerName === name),
        lines[0]?.[1] ?? "",
        ({ peer }) => peer
      )
    }))
  return [...ours, ...peers].filter(series => series.points.length > 0)
}

function points(
  rows: readonly BenchRow[],
  metric: string,
  read: (row: BenchRow) => number
): LineSeries["points"] {
  const byDocuments = new Map<number, number>()
  for (const row of rows)
    if (row.metric === metric && Number.isFinite(read(row)))
      byDocuments.set(Number(row.input.split(" ")[0]?.replaceAll(",", "")), read(row))
  return [...byDocuments].map(([x, y]) => ({ x, y })).sort((a, b) => a.x - b.x)
}
