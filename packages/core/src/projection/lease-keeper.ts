import { toHex } from "../codec/hex.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { leasedError } from "./sink-standing.ts"
import type { SinkSession } from "./sink.ts"

/** How a sink is held by one writer at a time. */
export interface LeaseOptions {
  /** A holder that has not renewed for so long has lost it. Renewed three times as often. At most 2³¹ − 1; default 30,000. */
  readonly ttlMs?: number
}

const defaultTtlMs = 30_000
const renewalsPerTtl = 3

/**
 * Holds the lease of one sink for a projector. Safety does not lie in clocks, which only say when to try: whoever was overtaken is refused by the
 * fence in the sink, however late its batch comes.
 */
export class LeaseKeeper {
  readonly ttlMs: number
  /** Of this projector alone: a copy of the store must not renew for it. */
  readonly holder: string
  readonly #sink: string
  readonly #ports: Ports
  readonly #onLost: (session: SinkSession, error: unknown) => void
  #kept: SinkSession | undefined
  #cancel = (): void => {}

  constructor(
    sink: string,
    ports: Ports,
    options: LeaseOptions,
    onLost: (session: SinkSession, error: unknown) => void
  ) {
    this.ttlMs = options.ttlMs ?? defaultTtlMs
    this.#sink = sink
    this.#ports = ports
    this.holder = toHex(ports.random.bytes(16))
    this.#onLost = onLost
  }

  /**
   * Takes the lease for a session, or renews it.
   *
   * @throws SynclineError `sink-leased` while another holds it, `options-invalid` where the sink has none.
   */
  async take(session: SinkSession): Promise<void> {
    if (session.takeLease === undefined)
      throw coreError(
        "options-invalid",
        `sink ${this.#sink} has no lease; leave the option out, or use one writer`
      )
    const nowMs = this.#ports.time.nowMs()
    const { holder, untilMs } = await session.takeLease({ holder: this.holder, ttlMs: this.ttlMs, nowMs })
    if (holder !== this.holder) throw leasedError(this.#sink, untilMs, nowMs)
  }

  /** Renews until the session is released. */
  keep(session: SinkSession): void {
    this.#kept = session
    this.#cancel = this.#ports.timers.schedule(this.ttlMs / renewalsPerTtl, () => void this.#renew(session))
  }

  /** Renews no more, and lets the next writer have it at once. */
  async release(session: SinkSession): Promise<void> {
    this.#kept = undefined
    this.#cancel()
    await session.releaseLease?.(this.holder)
  }

  async #renew(session: SinkSession): Promise<void> {
    try {
      await this.take(session)
    } catch (error) {
      // What cannot be renewed may still be held: the sink itself says so to the next batch. Trying goes on.
      if (this.#kept === session) this.#onLost(session, error)
    }
    if (this.#kept === session) this.keep(session)
  }
}
