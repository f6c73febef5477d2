import { createHash } from "node:crypto"
import {
  type OrderKey,
  type SealedRow,
  type Sealer,
  sealedRows,
  type SinkRecord,
  type SinkWrite,
  type TableLayout
} from "@syncline/core"

/** A line, parsed. Numbers of the order key are text: a JSON number keeps 53 bits, and what is damaged may need more. */
export interface RecordLine {
  readonly id: string
  /** Absent, and all that follows but the rows: somebody took the bookkeeping away. */
  readonly key?: Readonly<Partial<Record<keyof OrderKey, string>>>
  readonly digest?: string
  readonly deleted?: boolean
  readonly seal?: string
  /** By table: the cells of each row by column, and its `ordinal`. */
  readonly rows?: Readonly<Record<string, readonly LineRow[]>>
}

export type LineRow = Readonly<Record<string, unknown>>

/** The line that a write becomes. */
export function lineOf(
  { document, key, content }: SinkWrite,
  tables: readonly TableLayout[],
  sealer: Sealer
): string {
  const { id, digest, deleted } = document
  const sealed = sealedRows(tables, content)
  const rows: Record<string, LineRow[]> = {}
  for (const { table, ordinal, values } of sealed) {
    const cells = table.columns.map(({ name }, i) => [name, toJson(values[i])] as const)
    ;(rows[table.name] ??= []).push({ ordinal, ...Object.fromEntries(cells) })
  }
  return JSON.stringify({
    id,
    key: { generation: `${key.generation}`, projection: `${key.projection}`, height: `${key.height}` },
    digest: Buffer.from(digest).toString("hex"),
    deleted,
    seal: sealer.seal({ id, key, digest, deleted, rows: sealed }),
    rows
  } satisfies RecordLine)
}

/** What verification is told of a line. */
export function recordOf(line: string, tables: readonly TableLayout[], sealer: Sealer): SinkRecord {
  const { id, digest: hex = "", deleted = false, seal, rows: byTable = {} } = JSON.parse(line) as RecordLine
  const key = keyOf(line)
  const bytes = Buffer.from(hex, "hex")
  const digest = bytes.length === 32 ? new Uint8Array(bytes) : undefined
  const rows = rowsOf(byTable, tables)
  const isWhole = key !== undefined && digest !== undefined && rows !== undefined
  const sealed = isWhole && seal === sealer.seal({ id, key, digest, deleted, rows })
  return { id, key, digest, deleted, sealed, token: tokenOf(line) }
}

/** The order key of a line; a number that is none in JavaScript as the nearest one. */
export function keyOf(line: string): OrderKey | undefined {
  const { generation, projection, height } = (JSON.parse(line) as RecordLine).key ?? {}
  if (generation === undefined || projection === undefined || height === undefined) return undefined
  return {
    generation: nearestNumber(generation),
    projection: nearestNumber(projection),
    height: nearestNumber(height)
  }
}

/** Names a line to the last bit. */
export function tokenOf(line: string): string {
  return createHash("sha256").update(line).digest("hex")
}

/** Rows in the order they are sealed in; `undefined` where there is something that no declared table has. */
function rowsOf(
  byTable: Readonly<Record<string, readonly LineRow[]>>,
  tables: readonly TableLayout[]
): readonly SealedRow[] | undefined {
  const isKnown = Object.keys(byTable).every(name => tables.some(table => table.name === name))
  const rows = tables.flatMap(table =>
    (byTable[table.name] ?? []).map(({ ordinal, ...cells }) => ({ table, ordinal: ordinal as number, cells }))
  )
  const isRegular = rows.every(({ table, cells }) => Object.keys(cells).length === table.columns.length)
  if (!isKnown || !isRegular) return undefined
  return rows.map(({ table, ordinal, cells }) => ({
    table,
    ordinal,
    values: table.columns.map(({ name }) => fromJson(cells[name]))
  }))
}

/** JSON has no bytes. A cell is no object otherwise. */
function toJson(cell: unknown): unknown {
  return cell instanceof Uint8Array ? { hex: Buffer.from(cell).toString("hex") } : cell
}

function fromJson(cell: unknown): unknown {
  const { hex } = (typeof cell === "object" && cell !== null ? cell : {}) as { readonly hex?: string }
  return hex === undefined ? cell : new Uint8Array(Buffer.from(hex, "hex"))
}

function nearestNumber(text: string): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(text)))
}
