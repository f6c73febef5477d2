import { compareUtf8 } from "../store/compare-utf8.ts"
import { documentKey } from "../tracking/document-key.ts"
import type { SinkTracking, TreeSum } from "../tracking/sink-tracking.ts"
import { bucketOf, bucketPath } from "../tracking/tree-path.ts"
import { emptySum, TreeSums } from "../tracking/tree-sums.ts"

/** The account of a memory sink: what it wrote, and where others changed something. Outlives sessions, as the sink's place does. */
export class MemoryTracking {
  readonly leaves: Map<string, string> = new Map()
  readonly sums: Map<string, TreeSum> = new Map()
  /** By id the rounds in which others changed something there. */
  readonly marks: Map<string, Set<number>> = new Map()
  round = 1
  incident = 0
  accepted = 0

  /** Somebody else changed something under an id. */
  mark(id: string): void {
    const rounds = this.marks.get(id)
    if (rounds === undefined) this.marks.set(id, new Set([this.round]))
    else rounds.add(this.round)
  }

  /** Forgets what was changed under an id before a round. */
  forget(id: string, round: number): void {
    const rounds = this.marks.get(id) ?? new Set()
    for (const each of rounds) if (each < round) rounds.delete(each)
    if (rounds.size === 0) this.marks.delete(id)
  }

  /** Everything under an id was replaced. */
  forgetAll(id: string): void {
    this.marks.delete(id)
  }

  /** The sink wrote under an id, or removed what was there. */
  wrote(id: string, leaf: string | undefined): void {
    const changes = new TreeSums()
    changes.change(bucketOf(documentKey(id)), this.leaves.get(id), leaf)
    if (leaf === undefined) this.leaves.delete(id)
    else this.leaves.set(id, leaf)
    for (const [path, sum] of changes.changed(each => this.sums.get(each) ?? emptySum))
      this.sums.set(path, sum)
  }
}

/** What of a session the account of its sink needs. */
interface TrackedSession {
  readonly ready: () => Promise<void>
  readonly leafOf: SinkTracking["leafOf"]
  /** What is there, with the leaf of each, if it has one. */
  readonly written: () => readonly (readonly [id: string, leaf: string | undefined])[]
}

/** The account as a session shows it. */
export function trackingSession(
  account: MemoryTracking,
  { ready, leafOf, written }: TrackedSession
): SinkTracking {
  return {
    leafOf,
    async begin() {
      await ready()
      account.round++
      const { round, incident, accepted } = account
      return incident === accepted
        ? { round, incident }
        : { round, incident, unsure: "a test made it unsure" }
    },
    async sums(paths) {
      await ready()
      return paths.map(path => account.sums.get(path) ?? emptySum)
    },
    async leaves(bucket) {
      await ready()
      const within = [...account.leaves].filter(([id]) => bucketPath(bucketOf(documentKey(id))) === bucket)
      return within.map(([id, leaf]) => ({ id, leaf }))
    },
    async marked({ round }, after, limit) {
      await ready()
      const isBefore = (rounds: ReadonlySet<number>): boolean => [...rounds].some(each => each < round)
      const before = [...account.marks].filter(([, rounds]) => isBefore(rounds)).map(([id]) => id)
      const following = before.filter(id => after === undefined || compareUtf8(id, after) > 0)
      return following.sort(compareUtf8).slice(0, limit)
    },
    async forget({ round }, ids) {
      await ready()
      for (const id of ids) account.forget(id, round)
    },
    async accept({ round, incident, unsure }) {
      await ready()
      if (incident !== account.incident) return
      account.accepted = incident
      for (const id of [...account.marks.keys()]) account.forget(id, round)
      if (unsure === undefined) return
      account.leaves.clear()
      account.sums.clear()
      for (const [id, leaf] of written()) account.wrote(id, leaf)
    }
  }
}
