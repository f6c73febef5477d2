import type { CellValue } from "../projection/projected-content.ts"
import type { SealedRow } from "../projection/seal.ts"
import type { VectorDistance } from "../projection/table-layout.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import type { CheckedQuery, ColumnTest } from "./check-query.ts"

/** A row, whose it is, and how near. */
export interface ScoredRow {
  readonly id: string
  readonly row: SealedRow
  readonly score: number
}

/** The nearest rows of those given, by looking at all of them; of equally near ones the first. For sinks without a search of their own. */
export function nearestRows(
  rows: Iterable<{ readonly id: string; readonly row: SealedRow }>,
  { table, vector, limit, tests }: CheckedQuery
): readonly ScoredRow[] {
  const scored: ScoredRow[] = []
  for (const { id, row } of rows) {
    if (row.table.name !== table.name || row.vector === undefined) continue
    if (tests.every(test => testHolds(test, row.values[table.columns.indexOf(test.column)] as CellValue)))
      scored.push({ id, row, score: scoreOf(table.vector?.distance ?? "cosine", vector, row.vector) })
  }
  return scored.sort((a, b) => b.score - a.score).slice(0, limit)
}

/** How near two vectors are; see `VectorMatch.score`. */
export function scoreOf(distance: VectorDistance, a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb, squares] = [0, 0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i] ?? 0, b[i] ?? 0]
    dot += x * y
    aa += x * x
    bb += y * y
    squares += (x - y) ** 2
  }
  if (distance === "dot") return dot
  return distance === "euclidean" ? -Math.sqrt(squares) : dot / Math.sqrt(aa * bb)
}

/** Whether a cell fulfils a condition. For sinks whose backend cannot tell. */
export function testHolds({ comparison, values }: ColumnTest, cell: CellValue): boolean {
  if (cell === null || cell instanceof Uint8Array) return false
  if (comparison === "in") return values.includes(cell)
  const order = compare(cell, values[0] ?? 0)
  if (comparison === "gt") return order > 0
  if (comparison === "gte") return order >= 0
  return comparison === "lt" ? order < 0 : order <= 0
}

function compare(a: string | number, b: string | number): number {
  return typeof a === "string" ? compareUtf8(a, String(b)) : a - Number(b)
}
