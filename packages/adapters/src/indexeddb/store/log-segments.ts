import { type IdbDatabase, keyRanges } from "../driver/idb-driver.ts"
import { type LogEntry, type Segment, unpackSegment } from "./segment.ts"
import { stores } from "./store-schema.ts"
import { bytesOf, damaged } from "./stored-bytes.ts"

/** Rows asked for at once when the log is gone through. */
const rowsAtOnce = 32

/** Positions that lie no further apart are read in one go, with what is between them. */
const readThrough = 128

/** Of records in segments that are kept. */
const keptBytes = 1_048_576

/** Reads the log. */
export class LogSegments {
  readonly #database: IdbDatabase
  /** Ascending. */
  #kept: readonly Segment[] = []

  constructor(database: IdbDatabase) {
    this.#database = database
  }

  /**
   * Segments that reach beyond `after`, ascending, a few at a time.
   *
   * @throws SynclineError `store-corrupt` when positions are missing that were not `swept`.
   */
  async *from(after: number, swept: number): AsyncGenerator<readonly Segment[]> {
    for (let last = after; ; ) {
      const segments = await this.#range(last, Number.MAX_SAFE_INTEGER, rowsAtOnce)
      const end = segments.at(-1)
      if (end === undefined) return
      checkGaps(last, swept, segments)
      yield segments
      last = end.key
    }
  }

  /**
   * Keeps these segments, given ascending, as far as they are not large: who goes by the log will want their documents next, and would read
   * the same rows again for each.
   */
  keep(segments: readonly Segment[]): void {
    let bytes = 0
    const end = segments.findIndex(({ entries }) => {
      for (const { record } of entries) bytes += record?.length ?? 0
      return bytes > keptBytes
    })
    this.#kept = end < 0 ? segments : segments.slice(0, end)
  }

  /** To be called whenever something was written. */
  forget(): void {
    this.#kept = []
  }

  /** The last segment, if the log has any. */
  async last(): Promise<Segment | undefined> {
    const log = this.#database.transaction([stores.log], "readonly").objectStore(stores.log)
    const cursor = await log.openCursor(keyRanges().upperBound(Number.MAX_SAFE_INTEGER), "prev")
    return cursor === null ? undefined : segmentOf(cursor.value)
  }

  /** The segment in which a position lies, or would lie. */
  async holding(position: number): Promise<Segment | undefined> {
    const kept = this.#kept.find(({ key }) => key >= position)
    if (kept !== undefined && (kept.entries[0]?.position ?? Infinity) <= position) return kept
    const [segment] = await this.#range(position - 1, Number.MAX_SAFE_INTEGER, 1)
    return segment
  }

  /** Segments in which positions lie, given descending; some that lie between may be among them. */
  async around(positions: readonly number[]): Promise<readonly Segment[]> {
    const [newest, oldest] = [positions[0], positions.at(-1)]
    if (newest === undefined || oldest === undefined) return []
    if (newest - oldest <= readThrough) {
      const [before, last] = await Promise.all([
        newest > oldest ? this.#range(oldest - 1, newest - 1) : [],
        this.holding(newest)
      ])
      return last === undefined ? before : [...before, last]
    }
    const segments = await Promise.all(positions.map(position => this.holding(position)))
    const byKey = new Map(
      segments.flatMap(segment => (segment === undefined ? [] : [[segment.key, segment]]))
    )
    return [...byKey.values()].sort((a, b) => a.key - b.key)
  }

  /** The entry of one position; `undefined` when it is not known (any more). */
  async entry(position: number): Promise<LogEntry | undefined> {
    const segment = await this.holding(position)
    return segment?.entries.find(entry => entry.position === position)
  }

  /** Segments with keys above `after` up to `through`. */
  async #range(after: number, through: number, count?: number): Promise<Segment[]> {
    const range = keyRanges().bound(after, through, true)
    const rows = await this.#database.getAll(stores.log, range, count)
    return rows.map(segmentOf)
  }
}

function segmentOf(row: unknown): Segment {
  return unpackSegment(bytesOf(row, "a segment of the log"))
}

function checkGaps(after: number, swept: number, segments: readonly Segment[]): void {
  let last = Math.max(after, swept)
  for (const { key, entries } of segments) {
    const first = entries[0]?.position ?? key
    if (first > last + 1) throw damaged("the log", `misses what was between positions ${last} and ${first}`)
    last = Math.max(last, key)
  }
}
