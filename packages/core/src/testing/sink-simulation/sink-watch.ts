import { compareOrderKeys, type OrderKey } from "../../projection/order-key.ts"
import { type MemoryRecord, type MemorySinkPlace, safeKey } from "../memory-sink.ts"
import { Violation } from "../simulation/violation.ts"
import type { HeadLedger } from "./head-ledger.ts"
import type { SinkViolation } from "./sink-violation.ts"

/** Whose log a watermark is about, and what it may leave out. */
export interface WatchedStore {
  readonly ledger: HeadLedger
  /** Documents that the mapping refused at some time: these may be parked. */
  readonly refused: ReadonlySet<string>
}

/**
 * Looks at a sink after each call that was done there: no record goes back or away unless a fault put it there, and no watermark
 * claims what is not there.
 */
export class SinkWatch {
  readonly #name: string
  readonly #place: MemorySinkPlace
  readonly #onViolation: (violation: SinkViolation) => void
  #seen = new Map<string, MemoryRecord>()
  /** Ids whose record a fault put there, or took away. */
  #tampered = new Set<string>()
  /** By epoch. */
  readonly #stores = new Map<string, WatchedStore>()
  /** How often faults went behind the sink's back. */
  tampers = 0

  constructor(name: string, place: MemorySinkPlace, onViolation: (violation: SinkViolation) => void) {
    this.#name = name
    this.#place = place
    this.#onViolation = onViolation
  }

  /** From now on it is known whose log these watermarks are about. */
  knows(epoch: string, store: WatchedStore): void {
    this.#stores.set(epoch, store)
  }

  /** Whether the record under an id is as a fault left it: what it says of itself is not what counts. */
  isTampered(id: string): boolean {
    return this.#tampered.has(id)
  }

  /** Something was done by a call. */
  look(): void {
    this.#lookAtKeys()
    if (this.tampers === 0)
      for (const [epoch, store] of this.#stores)
        this.#lookAtClaim(store, this.#place.watermarks.get(epoch)?.position ?? 0)
  }

  /** Something was done by a fault, under these ids or where records changed: that is where they go on from. */
  tamper<T>(change: () => T, ids: readonly string[] = []): T {
    this.tampers++
    for (const id of ids) this.#tampered.add(id)
    const done = change()
    const now = new Map(this.#place.records.entries())
    for (const id of new Set([...now.keys(), ...this.#seen.keys()]))
      if (now.get(id) !== this.#seen.get(id)) this.#tampered.add(id)
    this.#seen = now
    return done
  }

  #lookAtKeys(): void {
    const now = new Map(this.#place.records.entries())
    for (const [id, before] of this.#seen) {
      const record = now.get(id)
      if (record === before) continue
      if (!this.#tampered.has(id) && isBack(before.key, record?.key))
        this.#violated("went-back", `${id} went from ${shown(before.key)} to ${shown(record?.key)}`)
      this.#tampered.delete(id)
    }
    this.#seen = now
  }

  #lookAtClaim({ ledger, refused }: WatchedStore, position: number): void {
    const { records, generation, projection } = this.#place
    for (const id of ledger.ids) {
      const due = ledger.at(id)
      // A document that changed again is written with its newest state, which comes later in the log.
      if (due === undefined || due.position > position || refused.has(id)) continue
      const key = records.get(id)?.key
      const least = { generation, projection, height: due.height }
      if (key === undefined || compareOrderKeys(key, least) < 0)
        this.#violated(
          "claimed",
          `the watermark is ${position}, ${id} was ${shown(least)} at ${due.position}, and its record is ${shown(key)}`
        )
    }
  }

  #violated(rule: "went-back" | "claimed", what: string): void {
    this.#onViolation(new Violation(rule, `sink ${this.#name}: ${what}`))
  }
}

function isBack(before: OrderKey | undefined, after: OrderKey | undefined): boolean {
  if (before === undefined) return false
  return after === undefined || compareOrderKeys(safeKey(after), safeKey(before)) < 0
}

function shown(key: OrderKey | undefined): string {
  return key === undefined ? "nothing" : `${key.generation}.${key.projection}.${key.height}`
}
