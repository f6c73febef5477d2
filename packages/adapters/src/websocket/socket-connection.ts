import type { Closed, Connection } from "@syncline/core"
import { ConnectionEars } from "../connection/connection-ears.ts"
import { fromCloseCode, toCloseCode } from "./close-codes.ts"
import type { WebSocketLike } from "./web-socket-like.ts"

/** An open WebSocket as a link sees it. */
export class SocketConnection implements Connection {
  readonly #socket: WebSocketLike
  readonly #maxMessageBytes: number
  readonly #ears = new ConnectionEars()
  #closing: Closed | undefined
  #hasSpoken = false

  constructor(socket: WebSocketLike, maxMessageBytes: number) {
    this.#socket = socket
    this.#maxMessageBytes = maxMessageBytes
    socket.binaryType = "arraybuffer"
    socket.addEventListener("message", ({ data }) => this.#receive(data))
    socket.addEventListener("close", ({ code, reason }) =>
      this.#end(this.#closing ?? fromCloseCode(code, reason))
    )
    // Always followed by `close`, which says as much as there is to say.
    socket.addEventListener("error", () => {})
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  /** Something was sent. */
  get hasSpoken(): boolean {
    return this.#hasSpoken
  }

  send(message: Uint8Array): void {
    if (this.#closing !== undefined || this.#ears.closed !== undefined) return
    this.#hasSpoken = true
    this.#socket.send(message)
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#ears.onMessage(listener)
  }

  onClose(listener: (closed: Closed) => void): void {
    this.#ears.onClose(listener)
  }

  close(closed: Closed): void {
    if (this.#closing !== undefined || this.#ears.closed !== undefined) return
    this.#closing = closed
    const { code, reason } = toCloseCode(closed)
    this.#socket.close(code, reason)
  }

  #receive(data: unknown): void {
    if (this.#closing !== undefined) return
    if (!(data instanceof ArrayBuffer))
      return this.close({ reason: "protocol-violation", message: "a text message; this protocol is binary" })
    if (data.byteLength > this.#maxMessageBytes)
      return this.close({
        reason: "frame-too-large",
        message: `a message of ${data.byteLength} bytes, at most ${this.#maxMessageBytes} are taken`
      })
    const tooMuch = this.#ears.hear(new Uint8Array(data))
    if (tooMuch !== undefined) this.close(tooMuch)
  }

  #end(closed: Closed): void {
    if (this.#ears.end(closed)) this.#ears.tell()
  }
}
