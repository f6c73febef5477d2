import type { Commit } from "../commit/commit.ts"
import type { DurableGroup } from "./sync-host.ts"

/** A stretch of our log, after `after` up to and including `end`, and how a peer is to get it. */
export type LogSegment =
  /** Not held here: to be read from the log. */
  | { readonly kind: "unread"; readonly after: number; readonly end: number }
  /** Held here. `hash` is the log's at `end`. */
  | {
      readonly kind: "commits"
      readonly after: number
      readonly end: number
      readonly hash: Uint8Array
      readonly commits: readonly Commit[]
      readonly bytes: number
    }
  /** Came from that peer: nothing to send. */
  | {
      readonly kind: "skip"
      readonly after: number
      readonly end: number
      readonly hash: Uint8Array
      readonly commits: number
    }

/** Segments held before all of them become one to be read: a bound for logs whose origins alternate. */
const maxSegments = 1024

/** What a commit costs here beside its update: header objects and hashes; and what each commit, container or actor it names does. */
const commitOverheadBytes = 256
const referenceBytes = 32

/**
 * What became durable here and was not handed to one peer yet. Bounded: where a peer does not keep up, commits are
 * let go and only the positions are kept, to be read again when there is room.
 */
export class LogQueue {
  readonly #origin: object
  readonly #maxBytes: number
  readonly #segments: LogSegment[] = []
  #bytes = 0
  #tail: number

  /**
   * @param origin token of the link: groups received over it are not sent back.
   * @param tail position from which on everything will be added.
   */
  constructor(origin: object, tail: number, maxBytes: number) {
    this.#origin = origin
    this.#tail = tail
    this.#maxBytes = maxBytes
  }

  /** Position up to which everything was added. */
  get tail(): number {
    return this.#tail
  }

  /** Bytes of commits held; never more than the limit plus one group. */
  get heldBytes(): number {
    return this.#bytes
  }

  /** Puts a stretch before everything else: the start of a catch-up by cursor. */
  prepend(after: number): void {
    const end = this.#segments[0]?.after ?? this.#tail
    if (after < end) this.#segments.unshift({ kind: "unread", after, end })
  }

  /** Adds what just became durable. Ignores what is known already. */
  add(group: DurableGroup): boolean {
    const { position, hash } = group.end
    if (position <= this.#tail) return false
    const after = this.#tail
    this.#tail = position
    if (group.origin === this.#origin)
      this.#push({ kind: "skip", after, end: position, hash, commits: group.commits.length })
    else if (group.reset.length > 0) this.#push({ kind: "unread", after, end: position })
    else
      this.#push({
        kind: "commits",
        after,
        end: position,
        hash,
        commits: group.commits,
        bytes: sizeOf(group.commits)
      })
    if (this.#bytes > this.#maxBytes || this.#segments.length > maxSegments) this.#letGo()
    return true
  }

  /** Adds a stretch that nobody announced. Says whether there was one. */
  extend(end: number): boolean {
    if (end <= this.#tail) return false
    this.#push({ kind: "unread", after: this.#tail, end })
    this.#tail = end
    return true
  }

  /** Takes the first segment. */
  shift(): LogSegment | undefined {
    const first = this.#segments.shift()
    if (first?.kind === "commits") this.#bytes -= first.bytes
    return first
  }

  /** The kind of the first segment. */
  get next(): LogSegment["kind"] | undefined {
    return this.#segments[0]?.kind
  }

  #push(segment: LogSegment): void {
    const last = this.#segments.at(-1)
    if (segment.kind === "skip" && last?.kind === "skip")
      this.#segments[this.#segments.length - 1] = {
        ...segment,
        after: last.after,
        commits: last.commits + segment.commits
      }
    else if (segment.kind === "unread" && last?.kind === "unread")
      this.#segments[this.#segments.length - 1] = { ...last, end: segment.end }
    else this.#segments.push(segment)
    if (segment.kind === "commits") this.#bytes += segment.bytes
  }

  #letGo(): void {
    const after = this.#segments[0]?.after ?? this.#tail
    this.#segments.splice(0, this.#segments.length, { kind: "unread", after, end: this.#tail })
    this.#bytes = 0
  }
}

/** Rough size of commits in memory. */
export function sizeOf(commits: readonly Commit[]): number {
  return commits.reduce(
    (sum, commit) => sum + commit.update.length + commitOverheadBytes + referencesOf(commit) * referenceBytes,
    0
  )
}

function referencesOf({ dependencies, genesis, seen }: Commit): number {
  const containers = genesis.reduce((sum, { path }) => sum + path.length, 0)
  return dependencies.length + containers + (seen?.size ?? 0)
}
