import { compareOrderKeys, type SealedRow, type SinkWrite, sealedRows } from "@syncline/core"
import type { TableCollection } from "../schema/table-collection.ts"
import type { DocumentRecord } from "./record-point.ts"
import { toPoint } from "./row-point.ts"
import type { KeyedPoint } from "./request-packer.ts"
import type { SinkPlace } from "./sink-place.ts"

/** A write with what is made of it. */
export interface SealedWrite {
  readonly record: DocumentRecord
  readonly rows: readonly SealedRow[]
}

/** Seals a write. */
export function sealWrite(
  { settings, sealer, tables }: Pick<SinkPlace, "settings" | "sealer" | "tables">,
  { document: { id, digest, deleted }, key, content }: SinkWrite
): SealedWrite {
  const rows = sealedRows(settings.projection.tables, content)
  const counts: Record<string, number> = {}
  for (const { table } of rows) {
    const name = tables.find(each => each.table === table)?.name ?? table.name
    counts[name] = (counts[name] ?? 0) + 1
  }
  const seal = sealer.seal({ id, key, digest, deleted, rows })
  return { record: { id, key, digest, deleted, rows: counts, seal }, rows }
}

/** Of several writes of one document the one with the highest key, in an order in which same keys are together. */
export function highestOf(writes: readonly SinkWrite[]): readonly SinkWrite[] {
  const highest = new Map<string, SinkWrite>()
  for (const write of writes) {
    const known = highest.get(write.document.id)
    if (known === undefined || compareOrderKeys(known.key, write.key) < 0)
      highest.set(write.document.id, write)
  }
  return [...highest.values()].sort((a, b) => compareOrderKeys(a.key, b.key))
}

/** The points of all rows in one collection. */
export function* rowPoints(
  collection: TableCollection,
  writes: readonly SealedWrite[],
  tenant: SinkPlace["tenant"]
): Generator<KeyedPoint> {
  for (const { record, rows } of writes)
    for (const row of rows)
      if (row.table === collection.table)
        yield { key: record.key, point: toPoint(collection, record.id, record.key, row, tenant) }
}
