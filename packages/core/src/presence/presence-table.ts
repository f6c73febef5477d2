import type { DocumentId } from "../document/document-id.ts"
import type { JsonValue } from "../document/json.ts"
import type { PresenceEntry } from "./presence-hook.ts"
import type { Bounds } from "./presence-limits.ts"
import { lifetimeSeconds, maxInAll, maxPerLine, maxStatesPerDocument } from "./presence-limits.ts"

/** Where a slot came from. An object of its own for each connection. */
export interface Source {
  /** The store at its other end. */
  readonly epoch: string
}

/** What is known of one peer in one document. Without `state` it is a memory of what must not come back. */
export interface Slot {
  readonly peer: string
  readonly document: DocumentId
  readonly counter: number
  readonly state?: { readonly text: string; readonly value: JsonValue }
  /** Second, by the table's own count, from which on it is forgotten. */
  readonly until: number
  /** Absent for what this replica says itself. */
  readonly source?: Source
  /** The way to the peer was lost; only whoever had lost it may bring back the same. */
  readonly withdrawn: boolean
}

interface Held {
  slots: number
  bytes: number
}

/** What all peers show of themselves, as far as it got here. Bounded; knows no time but the seconds it is told. */
export class PresenceTable {
  readonly #documents = new Map<DocumentId, Map<string, Slot>>()
  readonly #heldBySource = new Map<Source, Held>()
  readonly #held: Held = { slots: 0, bytes: 0 }

  /** States and memories. */
  get size(): number {
    return this.#held.slots
  }

  get(document: DocumentId, peer: string): Slot | undefined {
    return this.#documents.get(document)?.get(peer)
  }

  /** What is shown in a document. */
  statesOf(document: DocumentId): readonly Slot[] {
    return [...(this.#documents.get(document)?.values() ?? [])].filter(({ state }) => state !== undefined)
  }

  /** Everything that is shown. */
  *states(): Generator<Slot> {
    for (const slots of this.#documents.values())
      for (const slot of slots.values()) if (slot.state !== undefined) yield slot
  }

  /** Takes what came in, if it is news. `full`: it is, but there is no room for it. */
  accept(
    entry: PresenceEntry,
    value: JsonValue | undefined,
    source: Source,
    now: number
  ): Slot | "old" | "full" {
    const known = this.get(entry.document, entry.peer)
    if (!isNews(entry, known, source)) return "old"
    const { peer, document, counter, state: text, withdrawn } = entry
    const until = now + Math.min(entry.seconds, lifetimeSeconds)
    const shown = text === undefined || value === undefined ? {} : { state: { text, value } }
    const slot: Slot = { peer, document, counter, until, source, withdrawn, ...shown }
    if (!this.#hasRoom(slot, known)) return "full"
    this.put(slot)
    return slot
  }

  /** Puts a slot in the place of what was known. */
  put(slot: Slot): void {
    this.#remove(slot.document, slot.peer)
    const slots = this.#documents.get(slot.document) ?? new Map<string, Slot>()
    this.#documents.set(slot.document, slots.set(slot.peer, slot))
    this.#count(slot, 1)
  }

  /** The way over which these came is lost; what remains of each is a memory. */
  withdraw(source: Source, now: number): readonly Slot[] {
    const lost = [...this.states()].filter(slot => slot.source === source)
    const memories = lost.map(({ peer, document, counter }) => ({
      peer,
      document,
      counter,
      until: now + lifetimeSeconds,
      source,
      withdrawn: true
    }))
    for (const slot of memories) this.put(slot)
    return memories
  }

  /** Forgets what is over; gives what was shown until now. */
  expire(now: number): readonly Slot[] {
    const over: Slot[] = []
    for (const slots of this.#documents.values())
      for (const slot of slots.values()) if (slot.until <= now) over.push(slot)
    for (const { document, peer } of over) this.#remove(document, peer)
    return over.filter(({ state }) => state !== undefined)
  }

  #hasRoom(slot: Slot, known: Slot | undefined): boolean {
    const { source, state } = slot
    const bytes = bytesOf(slot)
    const shown = this.#documents.get(slot.document)
    if (state !== undefined && known?.state === undefined && countStates(shown) >= maxStatesPerDocument)
      return false
    const own = source === undefined ? undefined : this.#heldBySource.get(source)
    const before = known !== undefined && known.source === source ? known : undefined
    return fits(own, before, bytes, maxPerLine) && fits(this.#held, known, bytes, maxInAll)
  }

  #remove(document: DocumentId, peer: string): void {
    const slots = this.#documents.get(document)
    const slot = slots?.get(peer)
    if (slots === undefined || slot === undefined) return
    slots.delete(peer)
    if (slots.size === 0) this.#documents.delete(document)
    this.#count(slot, -1)
  }

  #count(slot: Slot, sign: 1 | -1): void {
    const { source } = slot
    const bytes = sign * bytesOf(slot)
    this.#held.slots += sign
    this.#held.bytes += bytes
    if (source === undefined) return
    const held = this.#heldBySource.get(source) ?? { slots: 0, bytes: 0 }
    held.slots += sign
    held.bytes += bytes
    if (held.slots === 0) this.#heldBySource.delete(source)
    else this.#heldBySource.set(source, held)
  }
}

/**
 * A higher counter is news. So is what withdraws the very state that came the same way, and what brings a withdrawn one back
 * from where it had been withdrawn. Everything else came by another way before: passing it on would have no end.
 */
function isNews(entry: PresenceEntry, known: Slot | undefined, source: Source): boolean {
  if (entry.seconds === 0) return false
  if (entry.withdrawn)
    return known?.state !== undefined && known.source === source && entry.counter >= known.counter
  if (known === undefined || entry.counter > known.counter) return true
  return known.withdrawn && known.source?.epoch === source.epoch && entry.counter === known.counter
}

function fits(held: Held | undefined, replaced: Slot | undefined, bytes: number, bounds: Bounds): boolean {
  const { slots, bytes: heldBytes } = held ?? { slots: 0, bytes: 0 }
  if (replaced !== undefined) return heldBytes - bytesOf(replaced) + bytes <= bounds.bytes
  return slots < bounds.slots && heldBytes + bytes <= bounds.bytes
}

/** Near enough to what it costs: text, and the value made of it. */
function bytesOf({ document, state }: Slot): number {
  return document.length + (state?.text.length ?? 0)
}

function countStates(slots: ReadonlyMap<string, Slot> | undefined): number {
  let count = 0
  for (const { state } of slots?.values() ?? []) if (state !== undefined) count++
  return count
}
