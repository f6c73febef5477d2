import type { Ports } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import type { BackoffOptions } from "./backoff.ts"
import { backoffMs, mismatchWaitMs } from "./backoff.ts"
import { coreError } from "../errors/core-error.ts"
import { dial } from "./dial.ts"
import type { LinkSession } from "./link-session.ts"
import type { Closed, CloseReason, Transport } from "./transport.ts"

/** How long the parts of an attempt may take. */
interface AttemptLimits {
  readonly connectTimeoutMs: number
  readonly credentialsTimeoutMs: number
}

/** Keeps a dialing link connected: one attempt after the other, with growing, jittered waits between failures. */
export class LinkRunner {
  readonly #link: LinkSession
  readonly #transport: Transport
  readonly #ports: Ports
  readonly #backoff: BackoffOptions
  readonly #limits: AttemptLimits
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
    limits: AttemptLimits
  ) {
    this.#link = link
    this.#transport = transport
    this.#ports = ports
    this.#backoff = backoff
    this.#limits = limits
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
    if (!(await this.#prepare(attempt.signal))) return
    try {
      const { timers } = this.#ports
      const connection = await dial(this.#transport, attempt, timers, this.#limits.connectTimeoutMs)
      if (this.#link.status === "closed")
        return connection.close({ reason: "closed", message: "the link was closed meanwhile" })
      this.#link.run(connection, closed => this.#ended(closed))
    } catch (error) {
      this.#failed("connection-lost", error)
    }
  }

  /** Before there is a connection: at its other end somebody waits for a hello, and not for long. Says whether to go on. */
  async #prepare(signal: AbortSignal): Promise<boolean> {
    const { credentialsTimeoutMs: timeoutMs } = this.#limits
    try {
      await withinTime(() => this.#link.fetchCredentials(), {
        timers: this.#ports.timers,
        timeoutMs,
        late: () => {
          throw coreError("aborted", `credentials took longer than ${timeoutMs} ms; they are asked for again`)
        },
        unless: { signal, error: () => coreError("aborted", "the link was closed meanwhile") }
      })
      await this.#link.warmUp()
      return this.#link.status !== "closed"
    } catch (error) {
      this.#failed("internal", error)
      return false
    }
  }

  #failed(reason: CloseReason, error: unknown): void {
    this.#ended({ reason, message: error instanceof Error ? error.message : String(error) })
  }

  #ended(closed: Closed): void {
    this.#cancelStable()
    if (this.#link.status === "closed") return
    if (this.#greetsAnew) {
      this.#greetsAnew = false
      return void this.#connect()
    }
    if (closed.reason === "unauthorized") {
      this.#link.report({ kind: "disconnected", closed })
      return this.#link.finish(closed)
    }
    const retryInMs = this.#waitMs(closed.reason)
    this.#waiting = true
    this.#link.setStatus("offline")
    this.#cancelRetry = this.#ports.timers.schedule(retryInMs, () => void this.#connect())
    this.#link.report({ kind: "disconnected", closed, retryInMs })
  }

  #waitMs(reason: CloseReason): number {
    const { random } = this.#ports
    if (reason === "protocol-unsupported" || reason === "self") return mismatchWaitMs(this.#backoff, random)
    const failures = this.#failures++
    // The other side wants to be greeted anew. One that wants nothing else waits like any other.
    return reason === "regrant" && failures === 0 ? 0 : backoffMs(failures, this.#backoff, random)
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
