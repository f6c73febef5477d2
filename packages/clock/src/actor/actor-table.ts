import { ByteReader } from "../bytes/byte-reader.ts"
import { ByteWriter } from "../bytes/byte-writer.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import { readActorId, writeActorId } from "./actor-codec.ts"
import { type ActorId, isActorId, parseActorId } from "./actor-id.ts"

/** How large an {@link ActorTable} may become. */
export interface ActorTableOptions {
  /** Most actors it holds. Default 4,194,304 (about 300 MB); a table for one peer wants far less. */
  readonly maxActors?: number
}

// Four times below where V8's Map stops growing (2²⁴ entries).
const DEFAULT_MAX_ACTORS = 1 << 22

/**
 * Numbers actors in the order they are first seen, so that vectors hold small integers instead of 16-character texts.
 *
 * A table only grows: an actor keeps its slot as long as the table lives. It costs about 75 bytes an actor, and nothing
 * a vector does. {@link ActorTable.shared} is the process-wide default and fits actors this process has accepted;
 * what an untrusted peer names belongs in a table of the link's own (`decode(…, { home })`), which goes when the link
 * goes. Vectors on different tables compare and merge correctly, only slower.
 *
 * As a codec dictionary, a table and its copy at a peer stay equal by sending {@link encodeAdded} before what uses it.
 */
export class ActorTable {
  /** The table vectors live in unless told otherwise. */
  static readonly shared: ActorTable = new ActorTable()

  readonly #slotByActor = new Map<ActorId, number>()
  readonly #actors: ActorId[] = []
  readonly #maxActors: number

  constructor(options: ActorTableOptions = {}) {
    this.#maxActors = options.maxActors ?? DEFAULT_MAX_ACTORS
  }

  /** How many actors have a slot; slots are `0` to `size - 1`. */
  get size(): number {
    return this.#actors.length
  }

  /** The actor's slot, given to it now if it has none. Throws `actor-table-full`. */
  intern(actor: ActorId): number {
    const known = this.#slotByActor.get(actor)
    if (known !== undefined) return known
    // The one gate every actor passes: a forged brand stops here, before it can reach a codec.
    if (!isActorId(actor)) parseActorId(actor)
    const slot = this.#actors.length
    if (slot >= this.#maxActors) {
      throw new SynclineError<ClockErrorCode>(
        "actor-table-full",
        `Actor ${actor} does not fit: the table holds ${slot} actors, its maxActors; use a new table for this source`,
        { details: { actor, maxActors: this.#maxActors } }
      )
    }
    this.#actors.push(actor)
    this.#slotByActor.set(actor, slot)
    return slot
  }

  /** The actor's slot, or −1. Never grows the table. */
  indexOf(actor: ActorId): number {
    return this.#slotByActor.get(actor) ?? -1
  }

  /** The actor in a slot. Throws `actor-unknown` if the slot is empty. */
  actorAt(slot: number): ActorId {
    const actor = this.#actors[slot]
    if (actor === undefined) {
      throw new SynclineError<ClockErrorCode>(
        "actor-unknown",
        `Slot ${slot} is empty: the table holds ${this.#actors.length} actors; receive its additions first`,
        { details: { slot, size: this.#actors.length } }
      )
    }
    return actor
  }

  /** Actors in slot order, from slot `from` on. */
  *actors(from = 0): IterableIterator<ActorId> {
    for (let slot = from; slot < this.#actors.length; slot++) yield this.#actors[slot] as ActorId
  }

  /**
   * The actors from slot `from` on, for a copy of this table that has the ones before: `varUint(from)`,
   * `varUint(count)`, 8 bytes each in slot order. From 0 it is the whole table.
   */
  encodeAdded(from = 0): Uint8Array<ArrayBuffer> {
    const count = Math.max(0, this.#actors.length - from)
    const writer = new ByteWriter(8 * count + 16)
    writer.varUint(from)
    writer.varUint(count)
    for (const actor of this.actors(from)) writeActorId(writer, actor)
    return writer.finish()
  }

  /**
   * Appends what {@link encodeAdded} sent. All or nothing. Throws `actor-table-conflict` unless it starts at this
   * table's size and repeats no actor, `actor-table-full`, and the `bytes-*` codes.
   */
  applyAdded(bytes: Uint8Array): void {
    const reader = new ByteReader(bytes, { maxBytes: 8 * this.#maxActors + 16 })
    const from = reader.varUint()
    if (from !== this.size) throw conflict(`It starts at slot ${from}, the table has ${this.size}`)
    const count = reader.varUint(this.#maxActors - this.size)
    const added = new Set<ActorId>()
    for (let i = 0; i < count; i++) {
      const actor = readActorId(reader)
      if (added.has(actor) || this.indexOf(actor) >= 0) throw conflict(`Actor ${actor} has a slot already`)
      added.add(actor)
    }
    reader.expectEnd()
    for (const actor of added) this.intern(actor)
  }

  /** A fresh table from what {@link encodeAdded} wrote from slot 0; throws as {@link applyAdded} does. */
  static decode(bytes: Uint8Array, options: ActorTableOptions = {}): ActorTable {
    const table = new ActorTable(options)
    table.applyAdded(bytes)
    return table
  }
}

function conflict(why: string): SynclineError<ClockErrorCode> {
  return new SynclineError(
    "actor-table-conflict",
    `An addition does not continue this actor table: ${why}; start over with the whole table`
  )
}
