import { compareUtf8, type SealedRow, type Sealer, type SinkEntry, type SinkRecord } from "@syncline/core"
import { exactText, findRecord } from "./stored-record.ts"
import type { FoundRow } from "./table-rows.ts"

/** What lies under one id: bookkeeping, if there is any, and content from all tables, in their order. */
export interface FoundContent {
  readonly id: string
  readonly record: unknown
  readonly rows: readonly SealedRow[]
}

/** What a record says, its contents not looked at. */
export function toEntry(id: string, record: unknown): SinkEntry {
  const found = findRecord(record)
  return {
    id,
    key: found?.key,
    digest: found?.digest,
    deleted: found?.deleted ?? false,
    sealed: undefined
  }
}

/** What lies under an id, with its seal checked. */
export function toSealedEntry({ id, record, rows }: FoundContent, sealer: Sealer): SinkEntry {
  const entry = toEntry(id, record)
  const found = findRecord(record)
  if (found?.digest === undefined || !found.isWellFormed || found.rows !== rows.length)
    return { ...entry, sealed: false }
  const { key, digest, deleted, seal } = found
  return { ...entry, sealed: seal === sealer.seal({ id, key, digest, deleted, rows }) }
}

/** What lies under an id, with the token that names it. */
export function toSinkRecord(content: FoundContent, sealer: Sealer): SinkRecord {
  const { id, record, rows } = content
  const token = sealer.token(`${JSON.stringify(id)}${exactText(record)}`, rows)
  return { ...toSealedEntry(content, sealer), token }
}

/** Brings bookkeeping and rows together by id; content without bookkeeping stands between, in its place. */
export function mergeContent(
  records: ReadonlyMap<string, unknown>,
  tables: readonly (readonly FoundRow[])[]
): FoundContent[] {
  const rows = new Map<string, SealedRow[]>([...records.keys()].map(id => [id, []]))
  for (const table of tables)
    for (const { id, row } of table) {
      const own = rows.get(id)
      if (own === undefined) rows.set(id, [row])
      else own.push(row)
    }
  const ids = [...rows.keys()].sort(compareUtf8)
  return ids.map(id => ({ id, record: records.get(id), rows: rows.get(id) ?? [] }))
}
