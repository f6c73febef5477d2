import type { Closed, Connection, Transport } from "@syncline/core"
import { coreError, systemPorts } from "@syncline/core"
import { randomName } from "../posted/posted-message.ts"
import type { MessagePortLike } from "./message-port-like.ts"
import { PortLine } from "./port-line.ts"

/** How a port is dialed. */
export interface MessagePortTransportOptions {
  /** For messages. Default `port`. */
  readonly name?: string
}

/**
 * Dials the replica at the other end of a port, where `acceptMessagePort` answers; whichever side begins first waits for
 * the other: `replica.connect(messagePortTransport(new Worker("replica.js")))`.
 *
 * The port stays the application's: other messages on it are left alone, and ending the link does not close it. A port that
 * was closed cannot be used again; where the platform does not tell (a web worker that was terminated), the sync protocol
 * notices the silence. Close the link then.
 */
export function messagePortTransport(
  port: MessagePortLike,
  options: MessagePortTransportOptions = {}
): Transport {
  const dialer = new PortDialer(port, options.name ?? "port")
  return { name: dialer.name, connect: signal => dialer.connect(signal) }
}

class PortDialer {
  readonly name: string
  readonly #line: PortLine
  /** Connections asked for and not answered yet. */
  readonly #waiting = new Map<string, () => void>()

  constructor(port: MessagePortLike, name: string) {
    this.name = name
    this.#line = new PortLine(port, {
      onOpened: id => this.#waiting.get(id)?.(),
      // Asked too early, nobody was there.
      onReady: () => {
        for (const id of this.#waiting.keys()) this.#line.post({ syncline: "open", id })
      }
    })
  }

  connect(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const { gone } = this.#line
      if (signal.aborted) return reject(coreError("aborted", `connecting to ${this.name} was cancelled`))
      if (gone !== undefined) return reject(this.#refused(gone))
      const id = randomName(systemPorts().random)
      const connection = this.#line.add(id, closed => {
        reject(
          signal.aborted
            ? coreError("aborted", `connecting to ${this.name} was cancelled`)
            : this.#refused(closed)
        )
        forget()
        if (this.#line.size === 0) this.#line.rest()
      })
      const abort = () => connection.close({ reason: "closed", message: "connecting was cancelled" })
      const forget = () => {
        this.#waiting.delete(id)
        signal.removeEventListener("abort", abort)
      }
      signal.addEventListener("abort", abort)
      this.#waiting.set(id, () => {
        forget()
        resolve(connection)
      })
      this.#line.hear()
      this.#line.post({ syncline: "open", id })
    })
  }

  #refused({ reason, message }: Closed): Error {
    return coreError("link-closed", `no connection to ${this.name}: ${message}`, {
      details: { closeReason: reason }
    })
  }
}
