import { ByteReader } from "@syncline/clock/bytes"
import type { Connection } from "@syncline/core"

/** The byte after the ordinal of a frame that brings commits; see `packages/core/src/sync/frame-kinds.ts`. */
const commitsCode = 7

/** Bytes of the log's hash in it. */
const logHashBytes = 16

/**
 * Where one end of a connection gets its messages: those with commits wait here until they are let through, and with
 * them all that came after. The order is kept, and nothing is lost.
 */
export class Gate {
  #held: Uint8Array[] = []
  #deliver: (message: Uint8Array) => void = () => {}
  #isOpen = false
  #arrived = 0
  #waiting: { readonly count: number; readonly resolve: () => void }[] = []

  /** The connection whose messages pass through here. */
  guard(inner: Connection): Connection {
    return {
      get bufferedBytes() {
        return inner.bufferedBytes
      },
      send: message => inner.send(message),
      onMessage: listener => {
        this.#deliver = listener
        inner.onMessage(message => this.#take(message))
      },
      onClose: listener => inner.onClose(listener),
      close: closed => inner.close(closed)
    }
  }

  /** Fulfilled when so many messages with commits have come, let through or not. */
  arrived(count: number): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.push({ count, resolve })
      this.#wake()
    })
  }

  /** Lets the first message with commits through, and what follows up to the next one. */
  release(): void {
    const [first, ...rest] = this.#held
    this.#held = []
    if (first !== undefined) this.#deliver(first)
    for (const message of rest) this.#pass(message)
  }

  /** Holds nothing back any more. */
  open(): void {
    this.#isOpen = true
    for (const message of this.#held.splice(0)) this.#deliver(message)
  }

  #take(message: Uint8Array): void {
    if (bringsCommits(message)) this.#arrived++
    this.#pass(message)
    this.#wake()
  }

  #pass(message: Uint8Array): void {
    if (!this.#isOpen && (this.#held.length > 0 || bringsCommits(message))) this.#held.push(message)
    else this.#deliver(message)
  }

  #wake(): void {
    const due = this.#waiting.filter(({ count }) => count <= this.#arrived)
    this.#waiting = this.#waiting.filter(({ count }) => count > this.#arrived)
    for (const { resolve } of due) resolve()
  }
}

/** A batch may also be empty and only say how far the sender's log is. */
function bringsCommits(message: Uint8Array): boolean {
  const reader = new ByteReader(message)
  reader.varUint()
  if (reader.u8() !== commitsCode) return false
  const flags = reader.u8()
  if ((flags & 1) !== 0) {
    reader.varUint()
    reader.bytes(logHashBytes)
  }
  if ((flags & 2) !== 0) reader.varUint()
  return reader.varUint() > 0
}
