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
  /** Ids under which nothing is asked for: since a fault was there, nobody who writes has made it right again. */
  readonly #suspect = new Set<string>()
  /** Faults that take several steps, under way. */
  #underWay = 0
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

  /** Ids under which something may be wrong that is a fault's to answer for. */
  get suspects(): ReadonlySet<string> {
    return new Set(this.#suspect)
  }

  /** Something was done by a call. */
  look(): void {
    this.#lookAtKeys()
    for (const id of this.#suspect) if (this.#isRightAgain(id)) this.#suspect.delete(id)
    for (const [epoch, store] of this.#stores)
      this.#lookAtClaim(store, this.#place.watermarks.get(epoch)?.position ?? 0)
  }

  /** Something was done by a fault, under these ids or where records changed: that is where they go on from. */
  tamper<T>(change: () => T, ids: readonly string[] = []): T {
    this.tampers++
    this.#underWay++
    for (const id of ids) this.#suspectAt(id)
    const done = change()
    const now = new Map(this.#place.records.entries())
    for (const id of new Set([...now.keys(), ...this.#seen.keys()]))
      if (now.get(id) !== this.#seen.get(id)) this.#suspectAt(id)
    this.#seen = now
    if (done instanceof Promise) void done.finally(() => this.#underWay--)
    else this.#underWay--
    return done
  }

  #suspectAt(id: string): void {
    this.#tampered.add(id)
    this.#suspect.add(id)
  }

  /** Whether somebody wrote there since, and it is the newest that every store which has the document knows. */
  #isRightAgain(id: string): boolean {
    if (this.#underWay > 0 || this.#tampered.has(id)) return false
    const key = this.#place.records.get(id)?.key
    const due = [...this.#stores.values()].flatMap(({ ledger }) => ledger.at(id) ?? [])
    return due.length === 0
      ? this.#place.records.get(id) === undefined
      : due.every(({ height }) => !this.#isBelow(key, height))
  }

  #isBelow(key: OrderKey | undefined, height: number): boolean {
    const { generation, projection } = this.#place
    return key === undefined || compareOrderKeys(key, { generation, projection, height }) < 0
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
      if (this.#suspect.has(id)) continue
      const due = ledger.at(id)
      // A document that changed again is written with its newest state, which comes later in the log.
      if (due === undefined || due.position > position || refused.has(id)) continue
      const key = records.get(id)?.key
      if (!this.#isBelow(key, due.height)) continue
      const least = { generation, projection, height: due.height }
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
