import { coreError } from "@syncline/core"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { blobOf, integerOf, type Row } from "./stored-row.ts"

/** The ends of a document's records: its newest, and up to where they were dropped. */
export interface ChainEnds {
  readonly key: number
  readonly position: number
  readonly dropped: number
}

/** A walk that can be taken up again, positions descending. */
interface Walk {
  readonly key: number
  readonly head: number
  readonly positions: number[]
  next: number
}

/**
 * Finds a document's records by the links between them, newest first, and refuses to answer when one is missing: a lost
 * row can never pass for a shorter history.
 */
export class DocumentChain {
  readonly #link: SqliteStatement
  readonly #record: SqliteStatement
  /** The last walk, so that paging through a long document walks it once and not once a page. */
  #last: Walk | undefined

  constructor(connection: SqliteConnection) {
    this.#link = connection.prepare("SELECT document, previous FROM syncline_log WHERE position = ?")
    this.#record = connection.prepare("SELECT record FROM syncline_log WHERE position = ?")
  }

  /**
   * Positions of the first `limit` records held after `after`, ascending.
   *
   * @throws SynclineError `store-corrupt` when a record in between is missing.
   */
  positions(ends: ChainEnds, after: number, limit: number): number[] {
    const stop = Math.max(after, ends.dropped)
    const walk = this.#walk(ends, stop)
    const count = countAbove(walk.positions, stop)
    return walk.positions.slice(Math.max(0, count - limit), count).reverse()
  }

  /**
   * The bytes of a record that must be there.
   *
   * @throws SynclineError `store-corrupt`.
   */
  bytes(position: number): Uint8Array {
    const row = this.#record.get(position) as Row | undefined
    if (row === undefined) throw lost(position)
    return blobOf(row, "record")
  }

  /** After a rollback: positions walked may be given to other records. */
  forget(): void {
    this.#last = undefined
  }

  #walk({ key, position: head }: ChainEnds, stop: number): Walk {
    const last = this.#last
    const walk = last?.key === key && last.head === head ? last : { key, head, positions: [], next: head }
    while (walk.next > stop) {
      const row = this.#link.get(walk.next) as Row | undefined
      if (row === undefined || row["document"] !== key) throw lost(walk.next)
      const previous = integerOf(row, "previous")
      if (previous >= walk.next) throw lost(walk.next)
      walk.positions.push(walk.next)
      walk.next = previous
    }
    this.#last = walk
    return walk
  }
}

/** How many of the descending positions are greater than `stop`. */
function countAbove(positions: readonly number[], stop: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle] as number) > stop) low = middle + 1
    else high = middle
  }
  return low
}

function lost(position: number): Error {
  return coreError(
    "store-corrupt",
    `the log record at position ${position} is missing or not its document's; restore a backup or sync a new store from a peer`,
    { details: { position } }
  )
}
