import type { ConflictSide } from "../conflict/conflict.ts"
import type { ConflictPolicy, Dispute, PolicyDecision } from "../conflict/policy.ts"

/**
 * The latest side shows: by the hybrid clocks of their replicas, then by actor. A clock that is ahead of this replica's by more
 * than it may be (five minutes) does not win by that: sides with such stamps come first.
 *
 * What was deleted and edited later comes back under its key with the content it had for those who edited it.
 */
export function lastWriterWins(): ConflictPolicy<"write-write" | "delete-edit"> {
  return {
    name: "last-writer-wins",
    kinds: ["write-write", "delete-edit"],
    decide: dispute => lastOf(dispute)
  }
}

/** The earliest side shows; see {@link lastWriterWins}. A clock that is behind wins: nobody can tell it from an early writer. */
export function firstWriterWins(): ConflictPolicy<"write-write" | "delete-edit"> {
  return {
    name: "first-writer-wins",
    kinds: ["write-write", "delete-edit"],
    decide: ({ sides }) => winnerOf([...sides].sort(byTime)[0])
  }
}

/** What `lastWriterWins` decides. */
export function lastOf({ sides, trusts }: Pick<Dispute, "sides" | "trusts">): PolicyDecision {
  const trusted = sides.filter(({ stamp }) => trusts(stamp))
  return winnerOf([...(trusted.length > 0 ? trusted : sides)].sort(byTime).at(-1))
}

function winnerOf(side: ConflictSide | undefined): PolicyDecision {
  return side === undefined ? "leave-open" : { winner: side.dot }
}

function byTime(a: ConflictSide, b: ConflictSide): number {
  if (a.stamp !== b.stamp) return a.stamp - b.stamp
  if (a.dot.actor !== b.dot.actor) return a.dot.actor < b.dot.actor ? -1 : 1
  return a.dot.seq - b.dot.seq
}
