import type { ActorId, Dot } from "@syncline/clock"
import type { Version } from "../commit/version.ts"
import type { AuditRange } from "./audit-entry.ts"

/** What one version has above another, going by seqs. */
export function rangesBetween(low: Version, high: Version): readonly AuditRange[] {
  return high.entries.flatMap(({ actor, seq }) => {
    const from = low.get(actor) + 1
    return from > seq ? [] : [{ actor, from, to: seq }]
  })
}

/** How many commits are in ranges. */
export function countOf(ranges: readonly AuditRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

/** Commits as ranges, by actor. */
export function rangesOf(dots: Iterable<Dot>): readonly AuditRange[] {
  const byActor = new Map<ActorId, number[]>()
  for (const { actor, seq } of dots) byActor.set(actor, [...(byActor.get(actor) ?? []), seq])
  return [...byActor].flatMap(([actor, seqs]) => {
    const ranges: { actor: ActorId; from: number; to: number }[] = []
    for (const seq of seqs.sort((a, b) => a - b)) {
      const last = ranges.at(-1)
      if (last?.to === seq - 1) last.to = seq
      else ranges.push({ actor, from: seq, to: seq })
    }
    return ranges
  })
}

/** What came in where one version took the place of another, from which these commits went out. */
export function rangesTaken(
  before: Version,
  after: Version,
  withdrawn: readonly AuditRange[]
): readonly AuditRange[] {
  const again = withdrawn.flatMap(({ actor, from, to }) => {
    const end = Math.min(to, after.get(actor))
    return from > end ? [] : [{ actor, from, to: end }]
  })
  const joined: AuditRange[] = []
  for (const range of [...again, ...rangesBetween(before, after)].sort(byPlace)) {
    const last = joined.at(-1)
    if (last?.actor === range.actor && last.to === range.from - 1)
      joined[joined.length - 1] = { ...last, to: range.to }
    else joined.push(range)
  }
  return joined
}

/** What either of two versions has. */
export function union(a: Version, b: Version): Version {
  return a.with(...b.entries.filter(({ actor, seq }) => seq > a.get(actor)))
}

/** Whether two hashes, one of which may be short, can be of one commit. */
export function agree(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

function byPlace(a: AuditRange, b: AuditRange): number {
  return a.actor < b.actor ? -1 : a.actor > b.actor ? 1 : a.from - b.from
}
