import { coreError } from "../errors/core-error.ts"
import type { Closed, Connection, Transport } from "../link/transport.ts"
import type { TimerPort } from "../ports/ports.ts"
import type { SeededRandom } from "./seeded-random.ts"

/** How bad a network is: probabilities per message, delays in virtual milliseconds. */
export interface NetworkFaults {
  readonly drop: number
  readonly duplicate: number
  /** A message that overtakes those before it. */
  readonly reorder: number
  /** The connection breaks in both directions, and both sides notice. */
  readonly cut: number
  readonly maxDelayMs: number
}

/** How often each fault happened: a test that asks for faults checks that they were there. */
export interface FaultCounts {
  delivered: number
  dropped: number
  duplicated: number
  reordered: number
  cut: number
  /** Messages that vanished in a partition, and attempts to connect that failed in one. */
  partitioned: number
}

/** Nothing goes wrong, everything takes a moment. */
export const noFaults: NetworkFaults = { drop: 0, duplicate: 0, reorder: 0, cut: 0, maxDelayMs: 5 }

/** One end of a line. */
class FaultyConnection implements Connection {
  readonly #network: FaultyNetwork
  readonly #line: string
  #other: FaultyConnection | undefined
  #onMessage: (message: Uint8Array) => void = () => {}
  #onClose: (closed: Closed) => void = () => {}
  #early: Uint8Array[] = []
  #listening = false
  #open = true
  #buffered = 0
  #lastMs = 0

  constructor(network: FaultyNetwork, line: string) {
    this.#network = network
    this.#line = line
  }

  get bufferedBytes(): number {
    return this.#buffered
  }

  join(other: FaultyConnection): void {
    this.#other = other
  }

  send(message: Uint8Array): void {
    if (!this.#open) return
    const fate = this.#network.fate(this.#line)
    if (fate === "cut") return this.#cut()
    for (const copy of fate) {
      // In order unless it overtakes: nothing arrives before what was sent earlier.
      const dueMs = copy.overtakes ? copy.delayMs : Math.max(this.#lastMs - this.#network.nowMs, copy.delayMs)
      this.#lastMs = Math.max(this.#lastMs, this.#network.nowMs + dueMs)
      this.#buffered += message.length
      this.#network.timers.schedule(dueMs, () => {
        this.#buffered -= message.length
        this.#other?.deliver(message)
      })
    }
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage = listener
    this.#listening = true
    for (const message of this.#early.splice(0)) listener(message)
  }

  onClose(listener: (closed: Closed) => void): void {
    this.#onClose = listener
  }

  close(closed: Closed): void {
    if (!this.#open) return
    const wait = Math.max(0, this.#lastMs - this.#network.nowMs)
    this.end(closed)
    // A partition swallows the goodbye as well: the other side has to notice by silence.
    if (!this.#network.isPartitioned(this.#line))
      this.#network.timers.schedule(wait, () => this.#other?.end(closed))
  }

  deliver(message: Uint8Array): void {
    if (!this.#open || this.#network.isPartitioned(this.#line)) return
    this.#network.counts.delivered++
    if (this.#listening) this.#onMessage(message)
    else this.#early.push(message)
  }

  end(closed: Closed): void {
    if (!this.#open) return
    this.#open = false
    this.#network.timers.schedule(0, () => this.#onClose(closed))
  }

  #cut(): void {
    const closed: Closed = { reason: "connection-lost", message: "the line was cut" }
    this.end(closed)
    this.#other?.end(closed)
  }
}

/** What becomes of one message: copies that arrive, or the end of its connection. */
type Fate = "cut" | readonly { readonly delayMs: number; readonly overtakes: boolean }[]

/**
 * A network in virtual time that loses, doubles, delays and reorders messages, breaks connections and parts sides from
 * each other, reproducibly from a seed. Lines are named; a partition of a line silences it in both directions.
 */
export class FaultyNetwork {
  readonly timers: TimerPort
  readonly counts: FaultCounts = {
    delivered: 0,
    dropped: 0,
    duplicated: 0,
    reordered: 0,
    cut: 0,
    partitioned: 0
  }
  /** May be changed at any time: `noFaults` heals everything but partitions. */
  faults: NetworkFaults
  readonly #now: () => number
  readonly #random: SeededRandom
  readonly #partitions = new Set<string>()

  constructor(options: {
    readonly timers: TimerPort
    readonly now: () => number
    readonly random: SeededRandom
    readonly faults: NetworkFaults
  }) {
    this.timers = options.timers
    this.#now = options.now
    this.#random = options.random
    this.faults = options.faults
  }

  get nowMs(): number {
    return this.#now()
  }

  /** Silences a line until `heal`. Nobody is told. */
  partition(line: string): void {
    this.#partitions.add(line)
  }

  /** Ends one partition, or all. */
  heal(line?: string): void {
    if (line === undefined) this.#partitions.clear()
    else this.#partitions.delete(line)
  }

  isPartitioned(line: string): boolean {
    return this.#partitions.has(line)
  }

  /** A transport over a line: each attempt hands the other end to `acceptConnection`. */
  transport(line: string, acceptConnection: (connection: Connection) => void): Transport {
    return {
      name: line,
      connect: async signal => {
        if (signal.aborted) throw coreError("aborted", `connecting over ${line} was cancelled`)
        if (this.isPartitioned(line)) {
          this.counts.partitioned++
          throw coreError("link-closed", `${line} is partitioned`)
        }
        const [ours, theirs] = this.pair(line)
        acceptConnection(theirs)
        return ours
      }
    }
  }

  /** Two ends of one connection over a line. */
  pair(line: string): readonly [Connection, Connection] {
    const a = new FaultyConnection(this, line)
    const b = new FaultyConnection(this, line)
    a.join(b)
    b.join(a)
    return [a, b]
  }

  /** Decides what becomes of the next message of a line. */
  fate(line: string): Fate {
    const { faults, counts } = this
    const random = this.#random
    if (this.isPartitioned(line)) {
      counts.partitioned++
      return []
    }
    if (random.chance(faults.cut)) {
      counts.cut++
      return "cut"
    }
    if (random.chance(faults.drop)) {
      counts.dropped++
      return []
    }
    const overtakes = random.chance(faults.reorder)
    if (overtakes) counts.reordered++
    const copy = { delayMs: random.integer(faults.maxDelayMs + 1), overtakes }
    if (!random.chance(faults.duplicate)) return [copy]
    counts.duplicated++
    return [copy, { ...copy, delayMs: random.integer(faults.maxDelayMs + 1) }]
  }
}
