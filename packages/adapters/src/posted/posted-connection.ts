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

/** How much is taken in before the other side hears of it again: one message more in sixteen kilobytes. */
const reportBytes = 2 ** 14

/** One of the connections over a channel that posts structured clones. Whoever reads the channel hands it its messages. */
export class PostedConnection implements Connection {
  readonly #id: string
  readonly #outlet: Outlet
  readonly #ears = new ConnectionEars()
  #sentBytes = 0
  /** What of that the other side says it took; nothing as long as it says nothing, as older ones do. */
  #takenBytes: number | undefined
  #heardBytes = 0
  #reportedBytes = 0

  constructor(id: string, outlet: Outlet) {
    this.#id = id
    this.#outlet = outlet
  }

  /** The platform takes what is posted at once, so the other side tells what it took: up to 16 KiB late, and nothing before the first time. */
  get bufferedBytes(): number {
    return this.#takenBytes === undefined ? 0 : this.#sentBytes - this.#takenBytes
  }

  send(message: Uint8Array, owned = false): void {
    if (this.#ears.closed !== undefined) return
    this.#sentBytes += message.length
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
    this.#heardBytes += bytes.byteLength
    const tooMuch = this.#ears.hear(new Uint8Array(bytes))
    if (tooMuch !== undefined) this.close(tooMuch)
    else this.#report()
  }

  /** The other side took so many bytes since the beginning. */
  taken(bytes: number): void {
    this.#takenBytes = Math.min(this.#sentBytes, Math.max(this.#takenBytes ?? 0, bytes))
  }

  #report(): void {
    const isDue = this.#reportedBytes === 0 || this.#heardBytes - this.#reportedBytes >= reportBytes
    if (!isDue || this.#ears.closed !== undefined) return
    this.#reportedBytes = this.#heardBytes
    this.#outlet.post({ syncline: "taken", id: this.#id, bytes: this.#heardBytes }, [])
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
