import { diffError } from "../error/diff-error.ts"
import type { SipHash } from "../keyed/sip-hash.ts"
import { type CellArray, CHECK_MASK } from "./cell-array.ts"
import { countMask } from "./cell-counts.ts"
import { IdTable } from "./id-table.ts"
import { idOf, type SetId } from "./set-id.ts"

/** What each side of a reconciliation has and the other lacks; each id once, in no particular order. */
export interface SetDifference {
  /** Only the peer has these. */
  readonly theirs: readonly SetId[]
  /** Only this side has these. */
  readonly ours: readonly SetId[]
}

// A cell that looks like one id, and is not, is taken out again when what it was made of is found; that happens once in
// tens of thousands of cells. More than twice as many findings as cells are contradictions made on purpose.
const FINDINGS_A_CELL = 2
const FINDINGS_AT_LEAST = 64

/**
 * Takes the difference of two sides' cells (theirs minus ours, from cell 0) apart: a cell that one id is left in names it,
 * and taking that out of its other cells leaves one id in some of those. Changes the cells. Undefined if cells remain.
 *
 * A cell names an id if its count is 1 or −1, the id's hash agrees in 16 bits, the id falls into that cell, and it is or is
 * not ours as the count says. Takes O(m log m) for m cells whatever they hold; throws `set-message-invalid` for cells that
 * contradict each other.
 */
export function peelCells(
  cells: CellArray,
  hasher: SipHash,
  isOurs: (id: SetId) => boolean
): SetDifference | undefined {
  const found = new IdTable()
  const left = Array.from(cells.counts.keys())
  let findings = FINDINGS_A_CELL * left.length + FINDINGS_AT_LEAST
  const touched = (index: number): void => {
    if (signAt(cells, index) !== 0) left.push(index)
  }
  for (let index = left.pop(); index !== undefined; index = left.pop()) {
    const sign = signAt(cells, index)
    if (sign === 0) continue
    const [high, low] = [cells.highs[index] ?? 0, cells.lows[index] ?? 0]
    hasher.hashId(high, low)
    const { high: hashHigh, low: hashLow } = hasher
    if ((hashLow & CHECK_MASK) !== cells.checks[index] || !cells.falls(hashHigh, hashLow, index)) continue
    if (isOurs(idOf(high, low)) !== sign < 0) continue
    if (findings-- === 0) throw diffError("set-message-invalid", "the peer's cells contradict each other")
    // The second finding of an id undoes the first, which was a coincidence.
    if (!found.add(high, low, hashHigh)) found.delete(high, low, hashHigh)
    cells.toggle(high, low, hashHigh, hashLow, sign === 1 ? -1 : 1, touched)
  }
  return isEmpty(cells) ? sorted(found, isOurs) : undefined
}

/** 1 if one more of theirs than of ours may be left in a cell, −1 the other way round, else 0. */
function signAt(cells: CellArray, index: number): 1 | -1 | 0 {
  const mask = countMask(index)
  const count = (cells.counts[index] ?? 0) & mask
  if (count === 1) return 1
  return count === mask ? -1 : 0
}

function isEmpty(cells: CellArray): boolean {
  return cells.counts.every(
    (count, at) =>
      (count & countMask(at)) === 0 && cells.highs[at] === 0 && cells.lows[at] === 0 && cells.checks[at] === 0
  )
}

function sorted(found: IdTable, isOurs: (id: SetId) => boolean): SetDifference {
  const [theirs, ours]: [SetId[], SetId[]] = [[], []]
  found.forEach((high, low) => {
    const id = idOf(high, low)
    if (isOurs(id)) ours.push(id)
    else theirs.push(id)
  })
  return { theirs, ours }
}
