import type { SipHash } from "../keyed/sip-hash.ts"
import type { RangeSum } from "./item-tree.ts"
import type { RangeIndex } from "./range-index.ts"
import type { RangeBound } from "./range-bound.ts"
import type { RangeClaim, RangeGroup } from "./range-message.ts"
import type { PendingRange } from "./range-session.ts"
import { highWord, idOf, idText, lowWord, type SetId } from "./set-id.ts"

/** What this side makes of a group of the peer's claims. */
export interface RangeFindings {
  readonly theirs: SetId[]
  readonly ours: SetId[]
  /** Ranges with more than one difference. */
  readonly open: PendingRange[]
}

// How finely to divide: with 1.5 parts a difference half of many are alone in theirs and named at once. Fewer take more round
// trips, more take more bytes (bench diff/ranges).
const PARTS_A_DIFFERENCE = 1.5
const LEAST_PARTS = 4
const MOST_PARTS = 1024
// When every range differs, their share says no more than that there are several differences in each.
const SATURATED = 8
// Trying an id for a pair takes 0.3 µs, against a round trip and some 60 bytes.
const MOST_TRIED = 1024
// Where differences cluster, as at the end of a time order, their number says little about where they are.
const CLUSTER_PARTS = 16

/** Compares a group of claims with the set as it was at `mark`. */
export function answerGroup(index: RangeIndex, mark: number, group: RangeGroup): RangeFindings {
  const findings: RangeFindings = { theirs: [], ours: [], open: [] }
  const bounds: RangeBound[] = [group.from, ...group.claims.map(claim => claim.to)]
  const sums = index.sums(bounds, mark)
  const hasher = index.hasher()
  const differences = group.claims.map((claim, i) => differenceOf(claim, sums[i]))
  const parts = partsFor(differences)
  group.claims.forEach(({ to, ...claim }, i) => {
    const [from, difference] = [bounds[i], differences[i]]
    if (from === undefined) return
    if (claim.kind === "ids") return compareIds(findings, claim.ids, index.ids(from, to, mark))
    if (difference === undefined || isZero(difference) || findOne(findings, difference, hasher)) return
    const few = (sums[i]?.count ?? 0) <= MOST_TRIED
    if (few && findPair(findings, difference, () => index.ids(from, to, mark), hasher)) return
    findings.open.push({ from, to, parts: parts(difference) })
  })
  return findings
}

/** Theirs minus ours; nothing to compare where all ids are listed. */
function differenceOf(claim: RangeClaim, ours: RangeSum | undefined): RangeSum | undefined {
  if (claim.kind === "ids" || ours === undefined) return undefined
  const { sum } = claim
  return {
    high: sum.high ^ ours.high,
    low: sum.low ^ ours.low,
    check: sum.check ^ ours.check,
    // The nearest to zero of those that agree modulo 256.
    count: ((sum.count - ours.count) << 24) >> 24
  }
}

function isZero({ high, low, check, count }: RangeSum): boolean {
  return high === 0 && low === 0 && check === 0 && count === 0
}

/** Takes a difference of one id, which is its sum. */
function findOne(findings: RangeFindings, { high, low, check, count }: RangeSum, hasher: SipHash): boolean {
  if (count !== 1 && count !== -1) return false
  hasher.hashId(high, low)
  if (hasher.low !== check) return false
  const side = count === 1 ? findings.theirs : findings.ours
  side.push(idOf(high, low))
  return true
}

/** Finds one id of theirs and one of ours, as a changed document leaves them: one of ours has a partner whose hash agrees. */
function findPair(
  findings: RangeFindings,
  difference: RangeSum,
  ourIds: () => readonly SetId[],
  hasher: SipHash
): boolean {
  if (difference.count !== 0) return false
  for (const id of ourIds()) {
    const [high, low] = [highWord(id), lowWord(id)]
    hasher.hashId(high, low)
    const check = hasher.low ^ difference.check
    const [otherHigh, otherLow] = [high ^ difference.high, low ^ difference.low]
    hasher.hashId(otherHigh, otherLow)
    if (hasher.low !== check) continue
    findings.ours.push(id)
    findings.theirs.push(idOf(otherHigh, otherLow))
    return true
  }
  return false
}

function compareIds(findings: RangeFindings, theirs: readonly SetId[], ours: readonly SetId[]): void {
  const [their, our] = [new Set(theirs.map(idText)), new Set(ours.map(idText))]
  findings.theirs.push(...theirs.filter(id => !our.has(idText(id))))
  for (const id of ours) if (!their.has(idText(id))) findings.ours.push(id)
}

/**
 * Into how many parts to divide a range, judged by its neighbours: where differences are spread evenly, the share of ranges
 * that differ and the scatter of their counts say how many there are in each.
 */
function partsFor(differences: readonly (RangeSum | undefined)[]): (difference: RangeSum) => number {
  const compared = differences.filter(difference => difference !== undefined)
  const counts = compared.map(({ count }) => count)
  const differing = compared.filter(difference => !isZero(difference)).length
  const all = differing === compared.length
  const bySpread = all ? SATURATED : -Math.log(1 - differing / compared.length)
  const mean = counts.reduce((sum, count) => sum + count, 0) / compared.length
  const scatter = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / compared.length
  const each = Math.max(bySpread, Math.abs(mean), scatter)
  // As many differences as the counts say, spread evenly, would have touched more ranges than these.
  const clustered = compared.length > 1 && differing < compared.length / 2
  return ({ count }) => {
    if (clustered) return Math.abs(count) > 2 ? CLUSTER_PARTS : LEAST_PARTS
    return Math.max(LEAST_PARTS, Math.min(MOST_PARTS, Math.ceil(PARTS_A_DIFFERENCE * each)))
  }
}
