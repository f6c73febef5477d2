import type { Duplex } from "node:stream"

/** What is told of one connection. */
interface Greeting {
  /** Whether this side has said something: it does not before it lets the peer in. */
  readonly isAnswered: () => boolean
  /** More came before that than a greeting takes. */
  readonly onTooMuch: () => void
}

/**
 * Bounds what a peer can make this side hold before it is let in. `ws` has one limit for all messages of a server, and holds what came of
 * one; so bytes are counted below it.
 */
export function boundGreeting(socket: Duplex, maxBytes: number, { isAnswered, onTooMuch }: Greeting): void {
  let bytes = 0
  const count = (chunk: Uint8Array): void => {
    bytes += chunk.length
    if (!isAnswered() && bytes <= maxBytes) return
    socket.off("data", count)
    if (!isAnswered()) onTooMuch()
  }
  socket.on("data", count)
}
