import type { SynclineError } from "@syncline/clock"
import { type CoreErrorCode, coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { backoffDelayMs, type BackoffLimits } from "../projection/backoff-delay.ts"
import type { DocumentState } from "./document-state.ts"
import type { EventHub, ReplicaEvent } from "./replica-events.ts"

/** From "somebody makes room at once" to a minute's work of an operator, who then sees within half a minute whether it helped. */
const waits: BackoffLimits = { firstMs: 1_000, maxMs: 30_000 }

/** Documents tried at a time: one that can never be written must not hold up all others, nor ten thousand a disk that is full. */
const triedAtOnce = 16

/** Received documents are held in memory while the store takes nothing, up to so many. */
const maxBlocked = 1_024

/**
 * Documents of which something could not be written, and which stay in memory for that. They are tried again, later and later while
 * nothing gets through, those first that waited longest: where only peers write, nobody else would.
 */
export class BlockedDocuments {
  readonly #ports: Ports
  readonly #events: EventHub<ReplicaEvent>
  readonly #retry: (state: DocumentState) => Promise<void>
  /** Blocked now: the one that failed longest ago is first. */
  readonly #states = new Set<DocumentState>()
  /** Blocked, or being tried again: those whose end will be told. */
  readonly #told = new Set<DocumentState>()
  #pauseMs: number | undefined
  #cancel: (() => void) | undefined
  #isTrying = false
  /** Nothing was written since something could not be. */
  #isFailing = false
  #letsOneThrough = false
  #isClosed = false

  /** @param retry writes what is pending of a document, or says why not. */
  constructor(ports: Ports, events: EventHub<ReplicaEvent>, retry: (state: DocumentState) => Promise<void>) {
    this.#ports = ports
    this.#events = events
    this.#retry = retry
  }

  /** Those that are blocked now. */
  get states(): ReadonlySet<DocumentState> {
    return this.#states
  }

  /**
   * Why a document cannot be taken in from a peer, if so: nothing could be written, and memory would fill with what waits. After each
   * pause one is let through, for it may be just those that wait which cannot be written.
   */
  refusal(): SynclineError<CoreErrorCode> | undefined {
    if (!this.#isFailing || this.#states.size < maxBlocked) return undefined
    if (this.#letsOneThrough) {
      this.#letsOneThrough = false
      return undefined
    }
    return coreError(
      "store-failed",
      `${this.#states.size} documents wait for a store that takes nothing; make room, what peers have comes again`
    )
  }

  /** Takes no more changes of a document until `release`; gives back why. */
  add(state: DocumentState, error: SynclineError<CoreErrorCode>): SynclineError<CoreErrorCode> {
    state.blocked = error
    this.#states.delete(state)
    this.#states.add(state)
    this.#isFailing = true
    for (const answer of state.captures.splice(0)) answer(undefined)
    if (!this.#told.has(state)) {
      this.#told.add(state)
      this.#events.emit({ type: "blocked", document: state.id, error })
    }
    this.#arm()
    return error
  }

  /** The document takes changes again, and is tried. */
  release(state: DocumentState): void {
    state.blocked = undefined
    this.#states.delete(state)
    if (this.#states.size === 0) this.#disarm()
  }

  /** What was held back is written or given up. What a replica that is closed still holds back is neither. */
  over(state: DocumentState): void {
    if (this.#isClosed || state.blocked !== undefined || !this.#told.delete(state)) return
    if (this.#told.size === 0) this.#pauseMs = undefined
    this.#events.emit({ type: "unblocked", document: state.id })
  }

  /** An append got through. */
  wrote(): void {
    this.#isFailing = false
  }

  close(): void {
    this.#isClosed = true
    this.#disarm()
  }

  #arm(): void {
    if (this.#isClosed || this.#isTrying || this.#cancel !== undefined || this.#states.size === 0) return
    this.#pauseMs = backoffDelayMs(this.#pauseMs, waits, this.#ports.random)
    this.#schedule(this.#pauseMs)
  }

  #schedule(delayMs: number): void {
    this.#cancel = this.#ports.timers.schedule(delayMs, () => {
      this.#cancel = undefined
      void this.#tryAgain()
    })
  }

  #disarm(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  async #tryAgain(): Promise<void> {
    this.#isTrying = true
    const states = Array.from(this.#states).slice(0, triedAtOnce)
    const outcomes = await Promise.allSettled(states.map(this.#retry))
    this.#isTrying = false
    const isWell = outcomes.some(
      ({ status }, i) => status === "fulfilled" && states[i]?.blocked === undefined
    )
    this.#letsOneThrough = true
    if (!isWell) return this.#arm()
    // Where one gets through, others will: they do not wait for each other's pauses.
    this.#pauseMs = undefined
    if (!this.#isClosed && this.#states.size > 0) this.#schedule(0)
  }
}
