import type { ActorId } from "@syncline/clock"
import type { ObjectId, ContainerPlace } from "../engine/footprint.ts"
import type { CausalOrder } from "./causal-order.ts"
import type { ConflictKind } from "./conflict.ts"
import { Episode, type Part, type Role } from "./episode.ts"

/** Neighbouring parts of one actor in one role that are in one episode. */
interface Stretch {
  /** Ascending. */
  readonly seqs: number[]
  readonly episode: Episode
}

const opponentOf: Readonly<Record<Role, Role>> = { write: "write", remove: "edit", edit: "remove" }

/** What a contest is about: a key, a container, or the elements of a list or text. */
export interface Subject {
  readonly kind: ConflictKind
  readonly place: ContainerPlace
  /** The container that was removed. */
  readonly container?: ObjectId
  /** Where that was. */
  readonly at?: ContainerPlace
}

/**
 * The parts that commits have at one place, and the episodes they form: every part is connected with each concurrent one
 * of the opposite role. What is concurrent with a commit is a run of each actor's commits, and connected through it; so
 * runs are kept as stretches, and connecting costs the stretches that become one, not their commits.
 */
export class Contest {
  readonly subject: Subject
  readonly #order: CausalOrder
  readonly #changed: (episode: Episode, absorbed?: Episode) => void
  readonly #tracks = new Map<Role, Map<ActorId, Stretch[]>>()
  readonly #single = new Map<Part["placed"], Episode>()
  readonly #added = new Map<Role, Map<Part["placed"], Part>>()
  /** The parts of those. */
  readonly #connected = new Map<Part["placed"], Part>()
  /** Who has parts in a role. */
  readonly #actors = new Map<Role, ActorId | "several">()
  /** Parts nobody is against yet: most places are only ever worked in. Absent once somebody was. */
  #waiting: Part[] | undefined = []

  constructor(subject: Subject, order: CausalOrder, changed: (episode: Episode, absorbed?: Episode) => void) {
    this.subject = subject
    this.#order = order
    this.#changed = changed
  }

  /** Adds a part, in any order; a commit's second part in a role is passed over. */
  add(part: Part): void {
    const { role, placed } = part
    const added = this.#added.get(role) ?? new Map<Part["placed"], Part>()
    this.#added.set(role, added)
    if (added.has(placed)) return
    added.set(placed, part)
    if (this.#waiting === undefined) return this.#join(part)
    this.#waiting.push(part)
    if (!this.#isOpposed(part)) return
    const waiting = this.#waiting
    this.#waiting = undefined
    for (const one of waiting) this.#join(one)
  }

  /** Whether another actor has a part on the other side, as far as this one is concerned. */
  #isOpposed({ role, placed }: Part): boolean {
    const { actor } = placed.commit.dot
    const [opponents, own] = [this.#actors.get(opponentOf[role]), this.#actors.get(role)]
    this.#actors.set(role, own === undefined || own === actor ? actor : "several")
    return opponents !== undefined && opponents !== actor
  }

  #join(part: Part): void {
    const episode = new Episode(part)
    const own = part.placed.commit.dot
    for (const [actor, stretches] of this.#tracks.get(opponentOf[part.role]) ?? [])
      if (actor !== own.actor) this.#connect(episode, stretches, this.#order.gapOf(part.placed, actor))
    const track = this.#tracks.get(part.role) ?? new Map<ActorId, Stretch[]>()
    this.#tracks.set(part.role, track)
    const stretches = track.get(own.actor) ?? []
    track.set(own.actor, stretches)
    this.#enter(stretches, own.seq, episode)
  }

  /** Connects the parts of two commits, whatever their roles. */
  connect(a: Part, b: Part): void {
    this.#unite(this.#singleOf(a), this.#singleOf(b))
  }

  /** What a commit did here. */
  partsOf(placed: Part["placed"]): readonly Part[] {
    const parts = [...this.#added.values(), this.#connected].map(added => added.get(placed))
    return parts.flatMap(part => part ?? [])
  }

  #singleOf(part: Part): Episode {
    this.#connected.set(part.placed, part)
    const episode = this.#single.get(part.placed) ?? new Episode(part)
    this.#single.set(part.placed, episode)
    return episode
  }

  #connect(episode: Episode, stretches: Stretch[], [after, before]: readonly [number, number]): void {
    const from = firstEndingAfter(stretches, after)
    let to = from
    for (let at = from; at < stretches.length; at++) {
      const stretch = stretches[at]
      if (stretch === undefined || !hasBetween(stretch.seqs, after, before)) break
      this.#unite(episode, stretch.episode)
      to = at + 1
    }
    const [first, ...more] = stretches.slice(from, to)
    if (first === undefined || more.length === 0) return
    for (const { seqs } of more) for (const seq of seqs) first.seqs.push(seq)
    stretches.splice(from + 1, more.length)
  }

  #enter(stretches: Stretch[], seq: number, episode: Episode): void {
    const at = firstEndingAfter(stretches, seq)
    const next = stretches[at]
    if (next === undefined || (next.seqs[0] ?? 0) > seq) stretches.splice(at, 0, { seqs: [seq], episode })
    else {
      // Whoever made this one stretch is concurrent with what lies between as well.
      next.seqs.splice(lowerBound(next.seqs, seq), 0, seq)
      this.#unite(episode, next.episode)
    }
  }

  #unite(a: Episode, b: Episode): void {
    const absorbed = a.unite(b)
    if (absorbed !== undefined) this.#changed(a.root, absorbed)
  }
}

function hasBetween(seqs: readonly number[], after: number, before: number): boolean {
  return (seqs[lowerBound(seqs, after + 1)] ?? Number.POSITIVE_INFINITY) < before
}

function firstEndingAfter(stretches: readonly Stretch[], seq: number): number {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((stretches[middle]?.seqs.at(-1) ?? 0) > seq) high = middle
    else low = middle + 1
  }
  return low
}

function lowerBound(seqs: readonly number[], seq: number): number {
  let low = 0
  let high = seqs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((seqs[middle] ?? 0) < seq) low = middle + 1
    else high = middle
  }
  return low
}
