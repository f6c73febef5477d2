import type { Closed } from "@syncline/core"

/** Messages kept for a listener that was not set yet, in bytes; a link sets it at once. */
const maxEarlyBytes = 1 << 20

/** Who listens to a connection: what comes before anybody does is kept for them, and its end is told once. */
export class ConnectionEars {
  #onMessage: ((message: Uint8Array) => void) | undefined
  #onClose: ((closed: Closed) => void) | undefined
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #closed: Closed | undefined
  #told = false

  /** How it ended; `undefined` while it has not. */
  get closed(): Closed | undefined {
    return this.#closed
  }

  /** As `Connection.onMessage`. */
  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage = listener
    for (const message of this.#early.splice(0)) listener(message)
    this.#earlyBytes = 0
  }

  /** As `Connection.onClose`. */
  onClose(listener: (closed: Closed) => void): void {
    this.#onClose = listener
    if (this.#closed !== undefined) queueMicrotask(() => this.tell())
  }

  /** Hands a message on. Gives what the connection is to be closed with where too much waits for a listener. */
  hear(message: Uint8Array): Closed | undefined {
    if (this.#onMessage !== undefined) {
      this.#onMessage(message)
      return undefined
    }
    this.#early.push(message)
    this.#earlyBytes += message.length
    if (this.#earlyBytes <= maxEarlyBytes) return undefined
    return { reason: "flow-control", message: "nobody listens to this connection" }
  }

  /** The connection is over. Says whether that is news. */
  end(closed: Closed): boolean {
    if (this.#closed !== undefined) return false
    this.#closed = closed
    return true
  }

  /** Tells the listener of the end, if there are both and it was not told. */
  tell(): void {
    const listener = this.#onClose
    if (this.#closed === undefined || listener === undefined || this.#told) return
    this.#told = true
    listener(this.#closed)
  }
}
