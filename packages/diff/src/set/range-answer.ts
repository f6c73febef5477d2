import type { SipHash } from "../keyed/sip-hash.ts"
import type { SetMark } from "./change-journal.ts"
import type { RangeSum } from "./item-tree.ts"
import type { RangeIndex } from "./range-index.ts"
import type { RangeBound } from "./range-bound.ts"
import type { RangeClaim, RangeGroup } from "./range-message.ts"
import type { ListedRange, PendingRange } from "./range-session.ts"
import { highWord, idOf, idText, lowWord, type SetId } from "./set-id.ts"

/** What this side makes of a group of the peer's claims. */
export interface RangeFindings {
  readonly theirs: SetId[]
  readonly ours: SetId[]
  /** Ranges with more than one difference. */
  readonly open: PendingRange[]
  /** Ranges that the peer listed, as far as they were too much to compare. */
  readonly listed: ListedRange[]
}

/** The set that claims are compared with, and how much of it one answer may go through. */
export interface RangeReading {
  readonly index: RangeIndex
  readonly mark: SetMark
  /** Own ids that may still be gone through. */
  idsLeft: number
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
// Ids that are compared with a list of the peer's beyond its length, whatever was gone through before.
const FEW = 8
// Where differences cluster, as at the end of a time order, their number says little about where they are.
const CLUSTER_PARTS = 16

/** Compares what the peer listed before with more of the set. */
export function answerListed(reading: RangeReading, listed: readonly ListedRange[]): RangeFindings {
  const findings: RangeFindings = { theirs: [], ours: [], open: [], listed: [] }
  for (const range of listed) compareListed(findings, range, reading)
  return findings
}

/** Compares a group of claims with the set. */
export function answerGroup(reading: RangeReading, group: RangeGroup): RangeFindings {
  const { index, mark } = reading
  const findings: RangeFindings = { theirs: [], ours: [], open: [], listed: [] }
  const bounds: RangeBound[] = [group.from, ...group.claims.map(claim => claim.to)]
  const sums = index.sums(bounds, mark)
  const hasher = index.hasher()
  const differences = group.claims.map((claim, i) => differenceOf(claim, sums[i]))
  const parts = partsFor(differences)
  group.claims.forEach(({ to, ...claim }, i) => {
    const [from, difference] = [bounds[i], differences[i]]
    if (from === undefined) return
    if (claim.kind === "ids") {
      // The peer has paid for these: they are few, or it has listed as many.
      if ((sums[i]?.count ?? 0) > claim.ids.length + FEW)
        return compareListed(findings, { from, to, ids: claim.ids }, reading)
      findings.theirs.push(...compareIds(findings, claim.ids, index.ids(from, to, mark)))
      return
    }
    if (difference === undefined || isZero(difference) || findOne(findings, difference, hasher)) return
    if ((sums[i]?.count ?? 0) <= Math.min(MOST_TRIED, reading.idsLeft)) {
      if (findPair(findings, difference, () => idsOf(reading, from, to), hasher)) return
    }
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

/** Compares as much of a range as may be gone through; the rest is left for later. */
function compareListed(findings: RangeFindings, listed: ListedRange, reading: RangeReading): void {
  let { from, ids } = listed
  while (reading.idsLeft > 0) {
    const end = reading.index.endOf(from, listed.to, reading.idsLeft)
    ids = compareIds(findings, ids, idsOf(reading, from, end))
    if (end === undefined || end === listed.to) {
      // An id says nothing about its place: only after the last of ours is it theirs alone.
      findings.theirs.push(...ids)
      return
    }
    from = end
  }
  findings.listed.push({ from, to: listed.to, ids })
}

/** Finds those of ours that they have not, and gives those of theirs that we have not. */
function compareIds(
  findings: RangeFindings,
  theirs: readonly SetId[],
  ours: readonly SetId[]
): readonly SetId[] {
  if (theirs.length === 0) {
    for (const id of ours) findings.ours.push(id)
    return theirs
  }
  const their = new Set(theirs.map(idText))
  const both = new Set<string>()
  for (const id of ours) {
    const text = idText(id)
    if (their.has(text)) both.add(text)
    else findings.ours.push(id)
  }
  return theirs.filter(id => !both.has(idText(id)))
}

/** The ids of a range, which count as gone through. */
function idsOf(reading: RangeReading, from: Uint8Array, to: RangeBound): readonly SetId[] {
  const ids = reading.index.ids(from, to, reading.mark)
  reading.idsLeft -= ids.length
  return ids
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
