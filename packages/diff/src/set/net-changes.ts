import type { ChangeJournal, SetMark } from "./change-journal.ts"
import { isBefore, type RangeBound } from "./range-bound.ts"
import { ID_BYTES, idText, type SetId } from "./set-id.ts"

/** What is left of the changes of one record: that it was added (1) or removed (−1). */
export interface NetChange {
  readonly record: Uint8Array
  readonly sign: 1 | -1
}

/**
 * What changed since a mark, sorted, so that a message with thousands of questions about one mark goes through the
 * journal once and not once for each. Remembers the mark asked about last, until asked about another or after the set
 * has changed; some 250 bytes a change.
 */
export class NetChanges {
  readonly #journal: ChangeJournal
  #since: SetMark = 0
  #until: SetMark = 0
  #changes: readonly NetChange[] = []
  #ids: ReadonlySet<string> = new Set()

  /** Reads a journal whose records end with an id. */
  constructor(journal: ChangeJournal) {
    this.#journal = journal
  }

  /** The changes in a range, ascending by record. Throws `set-snapshot-gone`. */
  within(mark: SetMark, from: RangeBound, to: RangeBound): readonly NetChange[] {
    this.#read(mark)
    const start = this.#firstBehind(from)
    return this.#changes.slice(start, Math.max(start, this.#firstBehind(to)))
  }

  /** Whether an id was in the set at `mark` or is now, and not both. Throws `set-snapshot-gone`. */
  toggled(mark: SetMark, id: SetId): boolean {
    this.#read(mark)
    return this.#ids.size > 0 && this.#ids.has(idText(id))
  }

  #read(mark: SetMark): void {
    if (mark === this.#since && this.#journal.mark === this.#until) return
    const all: NetChange[] = []
    this.#journal.undo(mark, (record, sign) => all.push({ record: record.slice(), sign }))
    this.#changes = withoutUndone(all.sort((a, b) => order(a.record, b.record)))
    this.#since = mark
    this.#until = this.#journal.mark
    this.#ids = oddOnes(this.#changes.map(({ record }) => idText(record.subarray(record.length - ID_BYTES))))
  }

  /** Index of the first change at or behind a bound. */
  #firstBehind(bound: RangeBound): number {
    let [low, high] = [0, this.#changes.length]
    while (low < high) {
      const middle = (low + high) >> 1
      const record = this.#changes[middle]?.record
      if (record !== undefined && isBefore(record, bound)) low = middle + 1
      else high = middle
    }
    return low
  }
}

function order(a: Uint8Array, b: Uint8Array): number {
  if (isBefore(a, b)) return -1
  return isBefore(b, a) ? 1 : 0
}

/** Sorted changes, of which those of one record alternate: an even number of them leaves nothing, an odd one any of them. */
function withoutUndone(sorted: readonly NetChange[]): NetChange[] {
  const left: NetChange[] = []
  for (const change of sorted) {
    const last = left.at(-1)
    if (last !== undefined && order(last.record, change.record) === 0) left.pop()
    else left.push(change)
  }
  return left
}

/** The texts that come an odd number of times: an id that moved came and went. */
function oddOnes(texts: readonly string[]): ReadonlySet<string> {
  const odd = new Set<string>()
  for (const text of texts) if (!odd.delete(text)) odd.add(text)
  return odd
}
