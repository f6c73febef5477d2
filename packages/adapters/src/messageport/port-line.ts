import type { Closed } from "@syncline/core"
import { onPageLife } from "../posted/page-life.ts"
import { PostedConnection } from "../posted/posted-connection.ts"
import { fieldsOf, type PostedMessage, readPosted } from "../posted/posted-message.ts"
import { type MessagePortLike, onGone, onPosted } from "./message-port-like.ts"

/** What goes over a port beside connections. */
type PortMessage =
  /** There is somebody who accepts. */
  | { readonly syncline: "ready" }
  /** Asks for a connection under this id. */
  | { readonly syncline: "open"; readonly id: string }

/** What one side of a port does about what is not a connection's. */
export interface LineListener {
  onReady(): void
  onOpen(id: string): void
  onOpened(id: string): void
}

/** The connections which one side has over a port: sorts what comes in, and ends all of them when the port closes. */
export class PortLine {
  readonly #port: MessagePortLike
  readonly #listener: Partial<LineListener>
  readonly #connections = new Map<string, PostedConnection>()
  #stopHearing: (() => void) | undefined
  #gone: Closed | undefined

  constructor(port: MessagePortLike, listener: Partial<LineListener>) {
    this.#port = port
    this.#listener = listener
    onGone(port, () => this.#end({ reason: "connection-lost", message: "the port was closed" }))
  }

  /** Why nothing goes over this port any more; `undefined` as long as something may. */
  get gone(): Closed | undefined {
    return this.#gone
  }

  get size(): number {
    return this.#connections.size
  }

  get(id: string): PostedConnection | undefined {
    return this.#connections.get(id)
  }

  /** Adds a connection; `ended` is called when it is over. */
  add(id: string, ended: (closed: Closed) => void): PostedConnection {
    const connection = new PostedConnection(id, {
      post: (message, transfer) => this.post(message, transfer),
      ended: closed => {
        this.#connections.delete(id)
        ended(closed)
      }
    })
    this.#connections.set(id, connection)
    return connection
  }

  post(message: PortMessage | PostedMessage, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer)
  }

  /** Begins to hear what is posted. */
  hear(): void {
    if (this.#stopHearing !== undefined) return
    const stopHearing = onPosted(this.#port, value => this.#receive(value))
    const stopWatching = onPageLife(
      () => this.closeAll({ reason: "going-away", message: "the page was closed" }),
      () => {}
    )
    this.#stopHearing = () => {
      stopHearing()
      stopWatching()
    }
  }

  /** Hears nothing any more, so that the port keeps nobody alive. */
  rest(): void {
    this.#stopHearing?.()
    this.#stopHearing = undefined
  }

  /** Ends every connection, telling the other side. */
  closeAll(closed: Closed): void {
    for (const connection of [...this.#connections.values()]) connection.close(closed)
  }

  #end(closed: Closed): void {
    this.#gone = closed
    for (const connection of [...this.#connections.values()]) connection.end(closed)
    this.rest()
  }

  #receive(value: unknown): void {
    const message = readPosted(value)
    if (message === undefined) return this.#control(fieldsOf(value))
    const { syncline, id } = message
    if (syncline === "opened") return this.#listener.onOpened?.(id)
    if (syncline === "data") return this.#connections.get(id)?.receive(message.bytes)
    if (syncline === "taken") return this.#connections.get(id)?.taken(message.bytes)
    this.#connections.get(id)?.end({ reason: message.reason, message: message.message })
  }

  #control({ syncline, id }: Readonly<Record<string, unknown>>): void {
    if (syncline === "ready") this.#listener.onReady?.()
    else if (syncline === "open" && typeof id === "string") this.#listener.onOpen?.(id)
  }
}
