import type { Closed, Connection } from "@syncline/core"
import { ConnectionEars } from "../connection/connection-ears.ts"
import type { PostedMessage } from "./posted-message.ts"

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
  readonly #ears = new ConnectionEars()

  constructor(id: string, outlet: Outlet) {
    this.#id = id
    this.#outlet = outlet
  }

  send(message: Uint8Array, owned = false): void {
    if (this.#ears.closed !== undefined) return
    const bytes = owned ? wholeBuffer(message) : message.slice().buffer
    this.#outlet.post({ syncline: "data", id: this.#id, bytes }, [bytes])
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#ears.onMessage(listener)
  }

  onClose(listener: (closed: Closed) => void): void {
    this.#ears.onClose(listener)
  }

  close(closed: Closed): void {
    if (this.#ears.closed !== undefined) return
    this.#outlet.post({ syncline: "close", id: this.#id, ...closed }, [])
    this.end(closed)
  }

  /** A message of the other side. */
  receive(bytes: ArrayBuffer): void {
    if (this.#ears.closed !== undefined) return
    const tooMuch = this.#ears.hear(new Uint8Array(bytes))
    if (tooMuch !== undefined) this.close(tooMuch)
  }

  /** The connection is over, and the other side knows or is gone. */
  end(closed: Closed): void {
    if (!this.#ears.end(closed)) return
    this.#outlet.ended(closed)
    this.#ears.tell()
  }
}

/** A buffer of exactly these bytes: their own where it holds nothing else, so that nothing is copied. */
function wholeBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer } = bytes
  const own = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength
  return own ? buffer : bytes.slice().buffer
}
