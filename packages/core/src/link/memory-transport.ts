import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import type { Closed, Connection, Transport } from "./transport.ts"

/** Messages kept for a listener that was not set yet. */
const maxEarlyMessages = 256

/** One end of a connection inside one process. Messages arrive in order, each in a microtask of its own. */
class MemoryConnection implements Connection {
  readonly #timers: TimerPort
  #other: MemoryConnection | undefined
  #onMessage: ((message: Uint8Array) => void) | undefined
  #onClose: ((closed: Closed) => void) | undefined
  #early: Uint8Array[] = []
  #closed: Closed | undefined
  #buffered = 0
  #told = false

  constructor(timers: TimerPort) {
    this.#timers = timers
  }

  get bufferedBytes(): number {
    return this.#buffered
  }

  join(other: MemoryConnection): void {
    this.#other = other
  }

  send(message: Uint8Array): void {
    const other = this.#other
    if (this.#closed !== undefined || other === undefined) return
    this.#buffered += message.length
    this.#timers.microtask(() => {
      this.#buffered -= message.length
      other.#receive(message)
    })
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage = listener
    for (const message of this.#early.splice(0)) this.#timers.microtask(() => this.#receive(message))
  }

  onClose(listener: (closed: Closed) => void): void {
    this.#onClose = listener
    this.#tell()
  }

  close(closed: Closed): void {
    if (this.#closed !== undefined) return
    this.#end(closed)
    // After the messages already sent.
    const other = this.#other
    this.#timers.microtask(() => {
      if (other !== undefined) other.#end(closed)
    })
  }

  #receive(message: Uint8Array): void {
    if (this.#closed !== undefined) return
    if (this.#onMessage !== undefined) return this.#onMessage(message)
    this.#early.push(message)
    if (this.#early.length > maxEarlyMessages)
      this.close({ reason: "flow-control", message: "nobody listens" })
  }

  #end(closed: Closed): void {
    if (this.#closed !== undefined) return
    this.#closed = closed
    this.#tell()
  }

  /** Tells the listener, once both are there, and never while it is being set. */
  #tell(): void {
    const closed = this.#closed
    const listener = this.#onClose
    if (closed === undefined || listener === undefined || this.#told) return
    this.#told = true
    this.#timers.microtask(() => listener(closed))
  }
}

/** Two ends of one connection inside this process. */
export function connectionPair(timers: TimerPort): readonly [Connection, Connection] {
  const a = new MemoryConnection(timers)
  const b = new MemoryConnection(timers)
  a.join(b)
  b.join(a)
  return [a, b]
}

/** How replicas of one process reach each other: each attempt hands the other end to `acceptConnection`. */
export function memoryTransport(
  timers: TimerPort,
  acceptConnection: (connection: Connection) => void,
  name = "memory"
): Transport {
  return {
    name,
    connect: async signal => {
      if (signal.aborted) throw coreError("aborted", `connecting to ${name} was cancelled`)
      const [ours, theirs] = connectionPair(timers)
      acceptConnection(theirs)
      return ours
    }
  }
}
