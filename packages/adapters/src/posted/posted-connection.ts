import type { Closed, Connection } from "@syncline/core"
import type { PostedMessage } from "./posted-message.ts"

/** Messages kept for a listener that was not set yet, in bytes; a link sets it at once. */
const maxEarlyBytes = 1 << 20

/** Where a connection's messages go, and who is to know that it is over. */
export interface Outlet {
  /** Posts a message. What is in `transfer` is moved and gone here afterwards, where the channel can do that. */
  post(message: PostedMessage, transfer: ArrayBuffer[]): void
  /** Called once, before anybody else hears of it. */
  ended(closed: Closed): void
}

/** One of the connections over a channel that posts structured clones. Whoever reads the channel hands it its messages. */
export class PostedConnection implements Connection {
  /** The platform takes what is posted at once, and does not tell what it has not delivered. */
  readonly bufferedBytes = 0
  readonly #id: string
  readonly #outlet: Outlet
  #onMessage: ((message: Uint8Array) => void) | undefined
  #onClose: ((closed: Closed) => void) | undefined
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #closed: Closed | undefined
  #told = false

  constructor(id: string, outlet: Outlet) {
    this.#id = id
    this.#outlet = outlet
  }

  send(message: Uint8Array, owned = false): void {
    if (this.#closed !== undefined) return
    const bytes = owned ? wholeBuffer(message) : message.slice().buffer
    this.#outlet.post({ syncline: "data", id: this.#id, bytes }, [bytes])
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage = listener
    for (const message of this.#early.splice(0)) listener(message)
    this.#earlyBytes = 0
  }

  onClose(listener: (closed: Closed) => void): void {
    this.#onClose = listener
    if (this.#closed !== undefined) queueMicrotask(() => this.#tell())
  }

  close(closed: Closed): void {
    if (this.#closed !== undefined) return
    this.#outlet.post({ syncline: "close", id: this.#id, ...closed }, [])
    this.end(closed)
  }

  /** A message of the other side. */
  receive(bytes: ArrayBuffer): void {
    if (this.#closed !== undefined) return
    const message = new Uint8Array(bytes)
    if (this.#onMessage !== undefined) return this.#onMessage(message)
    this.#early.push(message)
    this.#earlyBytes += message.length
    if (this.#earlyBytes > maxEarlyBytes)
      this.close({ reason: "flow-control", message: "nobody listens to this connection" })
  }

  /** The connection is over, and the other side knows or is gone. */
  end(closed: Closed): void {
    if (this.#closed !== undefined) return
    this.#closed = closed
    this.#outlet.ended(closed)
    this.#tell()
  }

  #tell(): void {
    const listener = this.#onClose
    if (this.#closed === undefined || listener === undefined || this.#told) return
    this.#told = true
    listener(this.#closed)
  }
}

/** A buffer of exactly these bytes: their own where it holds nothing else, so that nothing is copied. */
function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes
  const own = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
  return own ? buffer : bytes.slice().buffer
}
