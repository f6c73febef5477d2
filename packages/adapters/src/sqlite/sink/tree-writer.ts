import { isUtf8 } from "node:buffer"
import type { Sealer } from "@syncline/core"
import { bucketOf, bucketPath, documentKey, emptySum, type TreeSum, TreeSums } from "@syncline/core/tracking"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { mayHideBytes } from "./key-bytes.ts"
import { prepareExact, prepareRaw, type RawStatement } from "./raw-statement.ts"

/** As `ManyRows`: at 25 rows what a call costs is gone. */
const rowsPerCall = 25

/** Documents read at a time when the tree is made anew. */
const fillPage = 10_000

interface PendingLeaf {
  readonly bucket: number
  readonly id: string
  readonly leaf: string
}

/** What a document is written as: what a leaf is made of. */
type WrittenRecord = Parameters<Sealer["leaf"]>[2]

/** Keeps the tree over what the sink wrote. Synchronous; the caller holds a transaction, and has said that it writes. */
export class TreeWriter {
  readonly #sealer: Sealer
  readonly #upsertMany: RawStatement
  readonly #upsertOne: RawStatement
  readonly #remove: RawStatement
  readonly #sum: RawStatement
  readonly #saveSum: SqliteStatement
  readonly #records: RawStatement
  readonly #empty: () => void
  #written = new Map<string, PendingLeaf | undefined>()

  constructor(connection: SqliteConnection, sealer: Sealer) {
    this.#sealer = sealer
    this.#upsertMany = prepareRaw(connection, upsertSql(rowsPerCall))
    this.#upsertOne = prepareRaw(connection, upsertSql(1))
    this.#remove = prepareRaw(
      connection,
      "DELETE FROM syncline_leaves WHERE bucket = ? AND id = ? RETURNING hex(leaf)"
    )
    this.#sum = prepareRaw(connection, "SELECT count, hex(sum) FROM syncline_tree WHERE path = ?")
    this.#saveSum = connection.prepare(
      "INSERT INTO syncline_tree VALUES (?, ?, unhex(?)) ON CONFLICT (path) DO UPDATE SET count = excluded.count, sum = excluded.sum"
    )
    // From page to page by the bytes of ids: as texts they may not come back as they were.
    this.#records = prepareExact(
      connection,
      `SELECT id, hex(id), generation, projection, digest FROM syncline_records
        WHERE id >= CAST(unhex(?) AS TEXT) AND id IS NOT CAST(unhex(?) AS TEXT) ORDER BY id LIMIT ${fillPage}`
    )
    this.#empty = () => void connection.exec("DELETE FROM syncline_leaves; DELETE FROM syncline_tree")
  }

  /** Forgets what was to be written by a transaction that failed. */
  begin(): void {
    this.#written = new Map()
  }

  /** A document was written with this digest. */
  wrote(id: string, digest: Uint8Array, inForce: WrittenRecord): void {
    const key = documentKey(id)
    this.#written.set(id, { bucket: bucketOf(key), id, leaf: this.#sealer.leaf(key, digest, inForce) })
  }

  /** Everything under an id was removed. */
  removed(id: string): void {
    this.#written.set(id, undefined)
  }

  /** Brings the tree up to date with what was written. */
  flush(): void {
    const sums = new TreeSums()
    const leaves: PendingLeaf[] = []
    for (const [id, written] of this.#written) {
      if (written !== undefined) leaves.push(written)
      else this.#removeLeaf(id, sums)
    }
    this.#putLeaves(leaves, sums)
    for (const [path, { count, sum }] of sums.changed(node => this.sumAt(node)))
      this.#saveSum.run(path, count, sum)
    this.begin()
  }

  /** The sum at a path. */
  sumAt(path: string): TreeSum {
    const [count, sum] = this.#sum.get(path) ?? []
    return count === undefined ? emptySum : { count: count as number, sum: sum as string }
  }

  /** Makes the tree anew, of the records that are there. Some 10 µs a record. */
  fill(): void {
    this.#empty()
    for (let after: unknown; ; ) {
      const page = this.#records.all(after ?? "", after ?? null)
      for (const [id, bytes, generation, projection, digest] of page) {
        // No document can be called so; verification in full says what to do about it.
        if (mayHideBytes(id) && !isUtf8(Buffer.from(bytes as string, "hex"))) continue
        const inForce = { generation: generation as number, projection: projection as number }
        this.wrote(id as string, digest as Uint8Array, inForce)
      }
      this.flush()
      if (page.length < fillPage) return
      after = page.at(-1)?.[1]
    }
  }

  #removeLeaf(id: string, sums: TreeSums): void {
    const bucket = bucketOf(documentKey(id))
    const [former] = this.#remove.get(bucketPath(bucket), id) ?? []
    sums.change(bucket, former as string | undefined, undefined)
  }

  #putLeaves(leaves: readonly PendingLeaf[], sums: TreeSums): void {
    // In the order in which they lie: neighbours share a page.
    const sorted = leaves.toSorted((a, b) => a.bucket - b.bucket)
    for (let at = 0; at < sorted.length; ) {
      const isWhole = at + rowsPerCall <= sorted.length
      const chunk = sorted.slice(at, isWhole ? at + rowsPerCall : at + 1)
      const parameters = chunk.flatMap(({ bucket, id, leaf }) => [bucketPath(bucket), id, leaf])
      const before = (isWhole ? this.#upsertMany : this.#upsertOne).all(...parameters)
      const formerById = new Map(before as [string, string][])
      // hex(NULL) is empty.
      for (const { bucket, id, leaf } of chunk) sums.change(bucket, formerById.get(id) || undefined, leaf)
      at += chunk.length
    }
  }
}

function upsertSql(rows: number): string {
  return `INSERT INTO syncline_leaves (bucket, id, leaf) VALUES ${Array(rows).fill("(?, ?, unhex(?))").join(", ")}
    ON CONFLICT (bucket, id) DO UPDATE SET former = leaf, leaf = excluded.leaf RETURNING id, hex(former)`
}
