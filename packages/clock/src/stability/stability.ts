import type { ActorId } from "../actor/actor-id.ts"
import type { Dot } from "../actor/dot.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import { VersionVector } from "../version-vector/version-vector.ts"

/**
 * Tracks what every known peer has, and so what nobody will ask for again: the stable cut.
 *
 * Below the cut, and only there, a log may be compacted and an actor that will never write again be retired: left out of
 * vectors by {@link compact}, put back by {@link expand}. Pruning by size or age, as older systems do, makes events that
 * are ordered look concurrent (or, worse, the other way round), and two replicas that pruned differently differ for ever.
 *
 * A peer is known from its first {@link ack} to its {@link forget}; a peer that joins later can lower the cut.
 * Mutable; the caller persists what it needs.
 */
export class Stability {
  readonly #known = new Map<string, VersionVector>()
  #retired: VersionVector
  #cut: VersionVector | undefined

  /** `retired` is what {@link retired} was in a former run. */
  constructor(retired: VersionVector = VersionVector.empty) {
    this.#retired = retired
  }

  /**
   * Notes that a peer has durably everything in `vector`. Acknowledgements only add up: a late or repeated one changes
   * nothing. A peer that lost data is another peer; {@link forget} it first.
   */
  ack(peer: string, vector: VersionVector): void {
    const before = this.#known.get(peer)
    const after = before === undefined ? vector : before.merge(vector)
    if (after === before) return
    this.#known.set(peer, after)
    this.#cut = undefined
  }

  /** Stops waiting for a peer. What it lacks may then become stable; should it return, it needs a snapshot. */
  forget(peer: string): void {
    if (this.#known.delete(peer)) this.#cut = undefined
  }

  /** The peers the cut waits for. */
  get peers(): string[] {
    return [...this.#known.keys()]
  }

  /** What a peer has acknowledged; undefined for an unknown one. */
  acknowledged(peer: string): VersionVector | undefined {
    return this.#known.get(peer)
  }

  /** What every known peer has: the meet of their vectors. Empty while no peer is known. Cached; else O(peers × n). */
  get cut(): VersionVector {
    this.#cut ??= [...this.#known.values()].reduce<VersionVector | undefined>(
      (cut, vector) => (cut === undefined ? vector : cut.meet(vector)),
      undefined
    )
    return this.#cut ?? VersionVector.empty
  }

  /** Whether every known peer has the dot. */
  isStable(dot: Dot): boolean {
    return this.cut.has(dot)
  }

  /** Actors of which every known peer has the same last dot: the ones {@link retire} accepts. In order. */
  retirable(): ActorId[] {
    const { cut } = this
    return cut
      .actors()
      .filter(actor => this.#retired.get(actor) < cut.get(actor) && this.#lead(actor) === cut.get(actor))
  }

  /**
   * Retires an actor and returns its last dot. The caller vouches that the actor never writes again (its store got a
   * new one, or is gone). Throws `actor-not-stable` unless all known peers have the same, non-zero number of its dots.
   */
  retire(actor: ActorId): Dot {
    const seq = this.cut.get(actor)
    const lead = this.#lead(actor)
    if (seq === 0 || seq < lead) {
      throw new SynclineError<ClockErrorCode>(
        "actor-not-stable",
        `Actor ${actor} cannot be retired: of its ${lead} dots all known peers have only ${seq}; wait for their acks, or forget them`,
        { details: { actor, stable: seq, highest: lead } }
      )
    }
    this.#retired = this.#retired.with(actor, seq)
    return { actor, seq }
  }

  /** Retired actors with their last seqs: both ends of {@link compact} and {@link expand} must have the same. */
  get retired(): VersionVector {
    return this.#retired
  }

  /**
   * A vector without the entries every peer can put back: `expand(compact(v))` equals `v`. Throws `vector-uncovered` if
   * `v` lacks a dot of a retired actor, which an absent entry would then claim.
   */
  compact(vector: VersionVector): VersionVector {
    const lacking = this.#retired.diff(vector)[0]
    if (lacking !== undefined) {
      throw new SynclineError<ClockErrorCode>(
        "vector-uncovered",
        `The vector cannot leave out actor ${lacking.actor}: it lacks its dots ${lacking.from} to ${lacking.to}`,
        { details: { ...lacking } }
      )
    }
    return VersionVector.from([...vector].filter(([actor, seq]) => seq > this.#retired.get(actor)))
  }

  /** The vector {@link compact} made smaller. */
  expand(vector: VersionVector): VersionVector {
    return vector.merge(this.#retired)
  }

  #lead(actor: ActorId): number {
    let lead = 0
    for (const vector of this.#known.values()) lead = Math.max(lead, vector.get(actor))
    return lead
  }
}
