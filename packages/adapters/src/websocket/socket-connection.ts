import type { Closed, Connection } from "@syncline/core"
import { fromCloseCode, toCloseCode } from "./close-codes.ts"
import type { WebSocketLike } from "./web-socket-like.ts"

/** Messages kept for a listener that was not set yet, in bytes; a link sets it at once. */
const maxEarlyBytes = 1 << 20

/** An open WebSocket as a link sees it. */
export class SocketConnection implements Connection {
  readonly #socket: WebSocketLike
  readonly #maxMessageBytes: number
  #onMessage: ((message: Uint8Array) => void) | undefined
  #onClose: ((closed: Closed) => void) | undefined
  #early: Uint8Array[] = []
  #earlyBytes = 0
  #told = false
  #closing: Closed | undefined
  #closed: Closed | undefined

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

  send(message: Uint8Array): void {
    if (this.#closing === undefined && this.#closed === undefined) this.#socket.send(message)
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
    if (this.#closing !== undefined || this.#closed !== undefined) return
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
    const message = new Uint8Array(data)
    if (this.#onMessage !== undefined) return this.#onMessage(message)
    this.#early.push(message)
    this.#earlyBytes += message.length
    if (this.#earlyBytes > maxEarlyBytes)
      this.close({ reason: "flow-control", message: "nobody listens to this connection" })
  }

  #end(closed: Closed): void {
    if (this.#closed !== undefined) return
    this.#closed = closed
    this.#tell()
  }

  #tell(): void {
    const listener = this.#onClose
    if (this.#closed === undefined || listener === undefined || this.#told) return
    this.#told = true
    listener(this.#closed)
  }
}
