import type { JsonValue } from "../document/json.ts"
import type { KeyWrite } from "../engine/footprint.ts"
import { isBefore, type PlacedCommit } from "./causal-order.ts"
import type { ConflictAction } from "./conflict.ts"
import { isResolution } from "./resolution-note.ts"

/** What one commit did at the place of a contest. */
export interface Part {
  readonly placed: PlacedCommit
  /** Parts of different roles are heads beside each other; see `Contest`. */
  readonly role: Role
  readonly action: ConflictAction
  readonly value?: JsonValue
  /** Of a part that wrote a key. */
  readonly write?: KeyWrite
}

/** Which side of a contest somebody is on: writers are against each other, removers against editors. */
export type Role = "write" | "remove" | "edit"

/**
 * Commits that are connected by being concurrent at one place, as a set in a union-find forest (Tarjan 1975). Keeps the
 * last part of each actor in each role: what came before it is no head.
 */
export class Episode {
  /** The earliest of all its commits, by stamp, then by actor. */
  first: PlacedCommit
  size = 1
  /** Whether any of its commits is no resolution. */
  hasOriginal: boolean
  /** Under which id its record was last told. */
  told: string | undefined
  #parent: Episode | undefined
  #last = new Map<string, Part>()

  constructor(part: Part) {
    this.first = part.placed
    this.hasOriginal = !isResolution(part.placed.commit.meta)
    this.#last.set(keyOf(part), part)
  }

  /** The episode this has become part of; itself if none. */
  get root(): Episode {
    if (this.#parent === undefined) return this
    let root = this.#parent
    const passed: Episode[] = []
    for (; root.#parent !== undefined; root = root.#parent) passed.push(root)
    // Whoever asks again has a short way.
    this.#parent = root
    for (const episode of passed) episode.#parent = root
    return root
  }

  /** Makes one of two; gives back the one that is no longer a root, if they were not one already. */
  unite(other: Episode): Episode | undefined {
    const [a, b] = [this.root, other.root]
    if (a === b) return undefined
    const [into, from] = a.size < b.size ? [b, a] : [a, b]
    from.#parent = into
    into.size += from.size
    into.hasOriginal ||= from.hasOriginal
    if (isEarlier(from.first, into.first)) into.first = from.first
    for (const [key, part] of from.#last) {
      const known = into.#last.get(key)
      if (known === undefined || known.placed.commit.dot.seq < part.placed.commit.dot.seq)
        into.#last.set(key, part)
    }
    from.#last = new Map()
    return from
  }

  /** Of each role the parts that none of the same role builds on; ascending by stamp, then by actor. O(actors²). */
  heads(): readonly Part[] {
    const last = [...this.#last.values()]
    return last
      .filter(part => !last.some(other => other.role === part.role && isBefore(part.placed, other.placed)))
      .sort((a, b) => (isEarlier(a.placed, b.placed) ? -1 : 1))
  }
}

function keyOf({ placed, role }: Part): string {
  return `${placed.commit.dot.actor}${role}`
}

function isEarlier({ commit: a }: PlacedCommit, { commit: b }: PlacedCommit): boolean {
  if (a.stamp !== b.stamp) return a.stamp < b.stamp
  if (a.dot.actor !== b.dot.actor) return a.dot.actor < b.dot.actor
  return a.dot.seq < b.dot.seq
}
