import type { BenchRow } from "./bench.ts"

type Column = readonly [title: string, align: "left" | "right", cell: (row: BenchRow) => string]

const columns: readonly Column[] = [
  ["input", "left", row => row.input],
  ["metric", "left", row => row.metric],
  ["ours", "right", row => formatFigure(row.ours)],
  ["peer", "right", row => formatFigure(row.peer)],
  ["unit", "left", row => row.unit],
  ["ratio", "right", row => (Number.isFinite(row.ratio) ? `${formatFigure(row.ratio)}×` : "–")],
  ["peer is", "left", row => row.peerName],
  ["target", "left", row => targetCell(row)]
]

/** Rows as an aligned table for each bench, in the order they came; a missed target says MISSED. */
export function resultTables(rows: readonly BenchRow[]): string {
  const groups = Map.groupBy(rows, row => row.bench)
  return [...groups].map(([bench, own]) => `${bench}\n${table(own)}`).join("\n\n")
}

/** Short enough to read, exact enough to compare: three significant digits, thousands separated. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return "–"
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US")
  return String(Number(value.toPrecision(3)))
}

function targetCell({ target, better, met }: BenchRow): string {
  if (met === null) return target === "" ? `(${better} is better)` : target
  return met ? `${target}  met` : `${target}  MISSED`
}

function table(rows: readonly BenchRow[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map(row => columns.map(([, , cell]) => cell(row)))]
  const widths = columns.map((_, index) => Math.max(...cells.map(line => (line[index] ?? "").length)))
  return cells
    .map(line => `  ${line.map((text, index) => pad(text, index, widths)).join("  ")}`.trimEnd())
    .join("\n")
}

function pad(text: string, index: number, widths: readonly number[]): string {
  const width = widths[index] ?? 0
  return columns[index]?.[1] === "right" ? text.padStart(width) : text.padEnd(width)
}
