import { isSynclineError } from "@syncline/clock"
import type { VerifyTarget } from "../consistency/verify-target.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { backoffDelayMs } from "../projection/backoff-delay.ts"
import type { SinkRecord, SinkRepair, SinkRepairOutcome, SinkSession } from "../projection/sink.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import type { OperationAbort } from "./operation-abort.ts"

/** What a sink did with one repair, and what is there now. */
export interface Swapped {
  readonly session: SinkSession
  readonly outcome: SinkRepairOutcome | undefined
  readonly record: SinkRecord | undefined
}

interface LaneItem {
  readonly repair: SinkRepair
  readonly abort: OperationAbort
  readonly settled: PromiseWithResolvers<Swapped>
}

/** Repairs in one call of a sink: a transaction that others wait for has an end. */
const maxBatch = 64
/** Calls of one batch. A sink that fails the third time is not busy, it is down. */
const maxAttempts = 3
const backoff = { firstMs: 100, maxMs: 5_000 }
/** Batches in a row that failed in all attempts, after which a sink is given up. */
const maxFailures = 3

/** The way into one sink: one call at a time, which takes along what has become ready meanwhile, and reads it back. */
export class SinkLane {
  readonly name: string
  readonly #target: VerifyTarget | undefined
  readonly #ports: Ports
  readonly #queue: LaneItem[] = []
  #running = false
  #failures = 0
  #error: Error | undefined

  constructor(name: string, target: VerifyTarget | undefined, ports: Ports) {
    this.name = name
    this.#target = target
    this.#ports = ports
  }

  /** Why the sink was given up, if it was: it failed several times in a row, or is not open. */
  get givenUp(): Error | undefined {
    return this.#error
  }

  /**
   * The open sink.
   *
   * @throws SynclineError `sink-failed` while it cannot be reached, and once it was given up.
   */
  session(): SinkSession {
    if (this.#error !== undefined) throw this.#error
    const session = this.#target?.session
    if (session !== undefined) return session
    const cause = this.#target?.status.lastError
    const error = coreError("sink-failed", `sink ${this.name} cannot be reached; repair again when it can`, {
      ...(cause === undefined ? {} : { cause })
    })
    // All that is left would fail one by one, and be told as over. What is no sink of this replica never can be reached.
    if (this.#target !== undefined) this.#error = error
    throw error
  }

  /** Waits until the projector has written what is durable now; `false` where it is not running. */
  async letCatchUp(signal: AbortSignal): Promise<boolean> {
    const target = this.#target
    if (target === undefined || !["idle", "lingering", "working"].includes(target.status.state)) return false
    await unlessAborted(target.drain(signal), signal)
    return true
  }

  /**
   * Compares and swaps one record, and reads it back.
   *
   * @throws SynclineError `aborted` when the operation ends first, and what the sink says.
   */
  async swap(repair: SinkRepair, abort: OperationAbort): Promise<Swapped> {
    const item: LaneItem = { repair, abort, settled: Promise.withResolvers() }
    // Who gives up waiting does not hear of it, and nobody else listens.
    item.settled.promise.catch(() => {})
    this.#queue.push(item)
    if (!this.#running) {
      this.#running = true
      this.#ports.timers.microtask(() => void this.#pump())
    }
    return unlessAborted(item.settled.promise, abort.signal)
  }

  async #pump(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, maxBatch).filter(({ abort }) => abort.cause === undefined)
      for (const { abort } of batch) abort.beginWriting()
      if (batch.length > 0) await this.#perform(batch)
    }
    this.#running = false
  }

  async #perform(batch: readonly LaneItem[]): Promise<void> {
    const allLate = whenAllFire(batch.map(({ abort }) => abort.signal))
    try {
      const swapped = await this.#attempt(batch, allLate)
      this.#failures = 0
      batch.forEach(({ settled }, at) => {
        const one = swapped[at]
        if (one !== undefined) settled.resolve(one)
      })
    } catch (error) {
      this.#countFailure(error)
      for (const { settled } of batch) settled.reject(error)
    }
  }

  async #attempt(batch: readonly LaneItem[], signal: AbortSignal): Promise<readonly Swapped[]> {
    let pauseMs: number | undefined
    for (let attempt = 1; ; attempt++)
      try {
        return await this.#call(batch, signal)
      } catch (error) {
        if (attempt >= maxAttempts || !isSynclineError(error, "sink-failed")) throw error
        pauseMs = backoffDelayMs(pauseMs, backoff, this.#ports.random)
        await this.#pause(pauseMs, signal)
      }
  }

  /** A call that hangs is given up when the time of all who wait for it is over. */
  async #call(batch: readonly LaneItem[], signal: AbortSignal): Promise<readonly Swapped[]> {
    const session = this.session()
    const repaired = session.repair(batch.map(({ repair }) => repair))
    // While nothing is written, nobody else would hear of it.
    repaired.catch((error: unknown) => {
      if (isSynclineError(error, "sink-fenced")) this.#target?.onLost?.(session, error)
    })
    const outcomes = await unlessAborted(repaired, signal)
    const records = await unlessAborted(session.read(batch.map(({ repair }) => repair.id)), signal)
    const byId = new Map(records.map(record => [record.id, record]))
    return batch.map(({ repair }, at) => ({ session, outcome: outcomes[at], record: byId.get(repair.id) }))
  }

  async #pause(delayMs: number, signal: AbortSignal): Promise<void> {
    const over = Promise.withResolvers<void>()
    const cancel = this.#ports.timers.schedule(delayMs, over.resolve)
    try {
      await unlessAborted(over.promise, signal)
    } finally {
      cancel()
    }
  }

  #countFailure(error: unknown): void {
    if (++this.#failures < maxFailures || this.#error !== undefined) return
    const message = error instanceof Error ? error.message : String(error)
    this.#error = coreError(
      "sink-failed",
      `sink ${this.name} failed ${maxFailures} times in a row: ${message}`,
      {
        cause: error
      }
    )
  }
}

/** Fires once every one of these has. */
function whenAllFire(signals: readonly AbortSignal[]): AbortSignal {
  const all = new AbortController()
  let left = signals.length
  const count = (): void => {
    if (--left === 0) all.abort()
  }
  for (const signal of signals) {
    if (signal.aborted) count()
    else signal.addEventListener("abort", count, { once: true })
  }
  return all.signal
}
