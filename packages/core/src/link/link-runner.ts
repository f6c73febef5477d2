import type { Ports } from "../ports/ports.ts"
import type { BackoffOptions } from "./backoff.ts"
import { backoffMs } from "./backoff.ts"
import type { LinkSession } from "./link-session.ts"
import type { Closed, CloseReason, Connection, Transport } from "./transport.ts"

/** Trying again cannot help. */
const fatal: ReadonlySet<CloseReason> = new Set(["unauthorized", "protocol-unsupported", "self"])

/** Keeps a dialing link connected: one attempt after the other, with growing, jittered waits between failures. */
export class LinkRunner {
  readonly #link: LinkSession
  readonly #transport: Transport
  readonly #ports: Ports
  readonly #backoff: BackoffOptions
  readonly #connectTimeoutMs: number
  #failures = 0
  #attempt: AbortController | undefined
  #cancelRetry: () => void = () => {}
  #cancelStable: () => void = () => {}
  #waiting = false
  /** The connection ends in order to make another one. */
  #greetsAnew = false

  constructor(
    link: LinkSession,
    transport: Transport,
    ports: Ports,
    backoff: BackoffOptions,
    connectTimeoutMs: number
  ) {
    this.#link = link
    this.#transport = transport
    this.#ports = ports
    this.#backoff = backoff
    this.#connectTimeoutMs = connectTimeoutMs
    link.onRetryNow = () => this.#retryNow()
    link.onEnd = () => this.#stop()
    link.onGreetAnew = () => (this.#greetsAnew = true)
    link.onStatus(status => {
      if (status === "live") this.#becameLive()
    })
  }

  /** Makes the first attempt. */
  start(): void {
    void this.#connect()
  }

  async #connect(): Promise<void> {
    this.#waiting = false
    this.#link.setStatus("connecting")
    const attempt = new AbortController()
    this.#attempt = attempt
    const cancelTimeout = this.#ports.timers.schedule(this.#connectTimeoutMs, () => attempt.abort())
    let connection: Connection
    try {
      connection = await this.#transport.connect(attempt.signal)
    } catch (error) {
      cancelTimeout()
      return this.#ended({
        reason: "connection-lost",
        message: error instanceof Error ? error.message : String(error)
      })
    }
    cancelTimeout()
    if (this.#link.status === "closed")
      return connection.close({ reason: "closed", message: "the link was closed meanwhile" })
    this.#link.run(connection, closed => this.#ended(closed))
  }

  #ended(closed: Closed): void {
    this.#cancelStable()
    if (this.#link.status === "closed") return
    if (this.#greetsAnew) {
      this.#greetsAnew = false
      return void this.#connect()
    }
    if (fatal.has(closed.reason)) {
      this.#link.report({ kind: "disconnected", closed })
      return this.#link.finish(closed)
    }
    const retryInMs = backoffMs(this.#failures++, this.#backoff, this.#ports.random)
    this.#waiting = true
    this.#link.setStatus("offline")
    this.#cancelRetry = this.#ports.timers.schedule(retryInMs, () => void this.#connect())
    this.#link.report({ kind: "disconnected", closed, retryInMs })
  }

  #becameLive(): void {
    this.#cancelStable()
    this.#cancelStable = this.#ports.timers.schedule(this.#backoff.stableMs, () => {
      this.#failures = 0
    })
  }

  #retryNow(): void {
    if (!this.#waiting) return
    this.#cancelRetry()
    this.#failures = 0
    void this.#connect()
  }

  #stop(): void {
    this.#cancelRetry()
    this.#cancelStable()
    this.#attempt?.abort()
  }
}
