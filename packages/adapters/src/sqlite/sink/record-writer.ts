import {
  collectionOf,
  compareOrderKeys,
  type Projection,
  type SealedRow,
  type Sealer,
  type SinkWrite,
  sealedRows
} from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { ManyRows } from "./many-rows.ts"
import { prepareRaw, type RawStatement } from "./raw-statement.ts"
import { recordColumns } from "./record-row.ts"
import { type ContentWriter, type DocumentRow, TableWriter } from "./table-writer.ts"
import type { TreeWriter } from "./tree-writer.ts"
import { VectorWriter } from "./vector-writer.ts"

/** A write with everything made of it. */
interface SealedWrite extends SinkWrite {
  readonly rows: readonly SealedRow[]
  readonly seal: string
}

/** Writes bookkeeping and content of documents. Synchronous; the caller holds a transaction. */
export class RecordWriter {
  readonly #projection: Projection
  readonly #sealer: Sealer
  readonly #tables: readonly ContentWriter[]
  readonly #records: ManyRows<SealedWrite>
  readonly #removed: SqliteStatement
  readonly #sealOf: RawStatement
  readonly #tree: TreeWriter | undefined

  /** @param tree where the sink keeps account of changes. */
  constructor(
    connection: SqliteConnection,
    projection: Projection,
    sealer: Sealer,
    tree: TreeWriter | undefined
  ) {
    this.#tree = tree
    this.#projection = projection
    this.#sealer = sealer
    this.#tables = projection.tables.map(table =>
      table.vector === undefined ? new TableWriter(connection, table) : new VectorWriter(connection, table)
    )
    this.#records = new ManyRows(connection, upsertRecords, bindRecord)
    this.#removed = connection.prepare("DELETE FROM syncline_records WHERE id = ?")
    this.#sealOf = prepareRaw(connection, "SELECT hex(seal) FROM syncline_records WHERE id = ?")
  }

  /** Writes those documents whose key is higher than what is there. */
  writeNewer(writes: readonly SinkWrite[]): void {
    const sealed = inIdOrder(highestOf(writes)).map(write => this.#seal(write))
    const applied: SealedWrite[] = []
    this.#records.run(sealed, (chunk, changes) => {
      // SQLite tells how many were newer, not which: those whose seal is there now. What carries it has this content.
      const all = changes === chunk.length
      for (const write of chunk) if (all || this.#carriesSeal(write)) applied.push(write)
    })
    this.#writeContent(applied)
    for (const { document, key } of applied) this.#tree?.wrote(document.id, document.digest, key)
  }

  /** Puts a document in place of whatever is there, or takes away whatever is there. */
  replace(id: string, write: SinkWrite | undefined): void {
    this.#removed.run(id)
    // From every table, for somebody may have written where we would not.
    for (const table of this.#tables) table.remove([id])
    this.#tree?.removed(id)
    if (write !== undefined) this.writeNewer([write])
  }

  #seal(write: SinkWrite): SealedWrite {
    const { document, key, content } = write
    const rows = sealedRows(this.#projection.tables, content)
    const { id, digest, deleted } = document
    return { document, key, content, rows, seal: this.#sealer.seal({ id, key, digest, deleted, rows }) }
  }

  #carriesSeal({ document: { id }, seal }: SealedWrite): boolean {
    return this.#sealOf.get(id)?.[0] === seal
  }

  #writeContent(writes: readonly SealedWrite[]): void {
    const tables = this.#tables.map(table => ({ table, ids: [] as string[], rows: [] as DocumentRow[] }))
    for (const { document, content } of writes)
      for (const { table, rows, vectors } of content.tables) {
        const into = tables[table]
        into?.ids.push(document.id)
        rows.forEach((cells, ordinal) => {
          const vector = vectors?.[ordinal]
          into?.rows.push({ id: document.id, ordinal, cells, ...(vector && { vector }) })
        })
      }
    const gone = writes.filter(({ document }) => document.deleted).map(({ document }) => document.id)
    for (const { table, ids, rows } of tables) {
      table.remove(gone.filter(id => table.takes(collectionOf(id))))
      table.write(ids, rows)
    }
  }
}

const upsertRecords = {
  sql: (rows: string): string => `
    INSERT INTO syncline_records (${recordColumns}) VALUES ${rows}
    ON CONFLICT (id) DO UPDATE SET generation = excluded.generation, projection = excluded.projection,
      height = excluded.height, deleted = excluded.deleted, row_count = excluded.row_count,
      digest = excluded.digest, seal = excluded.seal
    WHERE (generation, projection, height) < (excluded.generation, excluded.projection, excluded.height)`,
  row: "(?, ?, ?, ?, ?, ?, ?, unhex(?))",
  width: 8
}

function bindRecord({ document, key, rows, seal }: SealedWrite, parameters: unknown[]): void {
  const { id, digest, deleted } = document
  const { generation, projection, height } = key
  parameters.push(id, generation, projection, height, Number(deleted), rows.length, digest, seal)
}

/** One write a document, the newest: then the order of writing does not matter. */
function highestOf(writes: readonly SinkWrite[]): readonly SinkWrite[] {
  const byId = new Map<string, SinkWrite>()
  for (const write of writes) {
    const other = byId.get(write.document.id)
    if (other === undefined || compareOrderKeys(other.key, write.key) < 0) byId.set(write.document.id, write)
  }
  return byId.size === writes.length ? writes : [...byId.values()]
}

/** In the order in which records lie: each page of the file is then gone to once a batch. */
function inIdOrder(writes: readonly SinkWrite[]): readonly SinkWrite[] {
  return writes.toSorted((a, b) => (a.document.id < b.document.id ? -1 : 1))
}
