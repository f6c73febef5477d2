import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net"

/** What went through a proxy since it was made, or reset: the bytes of the TCP streams after the WebSocket upgrade. */
export interface Traffic {
  /** From those who dialed. */
  readonly up: number
  readonly down: number
  /** When the last byte passed, on the clock of `performance.now()`; NaN if none did. */
  readonly lastAt: number
  /**
   * How often the talk changed hands: the longest chain of messages each of which left when the one before it had arrived, and
   * which has arrived itself. Two make a round trip. Exact where the proxy delays by more than the ends take to answer.
   */
  readonly turns: number
}

/** Stands between two ends that talk WebSocket and counts, in the same way whoever they are. */
export interface CountingProxy {
  readonly port: number
  /** Connections that are open. */
  readonly connections: number
  readonly traffic: Traffic
  /** Counts from nothing again. */
  reset(): void
  /** Fulfilled when no byte passed for so long. */
  silent(milliseconds: number): Promise<void>
  close(): void
}

/** The end of an HTTP message's head: what follows it is WebSocket. */
const headEnd = Buffer.from("\r\n\r\n")

/**
 * Listens on the loopback interface and passes everything on to a port there.
 *
 * @param delayMs how long each piece is on its way. With 0 pieces are passed on at once.
 */
export async function countingProxy(targetPort: number, delayMs = 0): Promise<CountingProxy> {
  const proxy = new Proxying(targetPort, delayMs)
  await proxy.listen()
  return proxy
}

class Proxying implements CountingProxy {
  readonly #target: number
  readonly #delayMs: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #traffic: Omit<Traffic, "turns"> = none
  /** The deepest turn that arrived by now, by direction. */
  #turns = { up: 0, down: 0 }

  constructor(target: number, delayMs: number) {
    this.#target = target
    this.#delayMs = delayMs
    this.#server = createServer(dialed => {
      const dialing = connect(this.#target, "127.0.0.1")
      this.#pass("up", dialed, dialing)
      this.#pass("down", dialing, dialed)
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get connections(): number {
    return this.#sockets.size / 2
  }

  get traffic(): Traffic {
    return { ...this.#traffic, turns: Math.max(this.#turns.up, this.#turns.down) }
  }

  listen(): Promise<void> {
    return new Promise(resolve => this.#server.listen(0, "127.0.0.1", resolve))
  }

  reset(): void {
    this.#traffic = none
    this.#turns = { up: 0, down: 0 }
  }

  async silent(milliseconds: number): Promise<void> {
    const begun = performance.now()
    for (;;) {
      const since = performance.now() - Math.max(begun, this.#traffic.lastAt || 0)
      if (since >= milliseconds) return
      await new Promise(resolve => setTimeout(resolve, milliseconds - since + 1))
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #pass(direction: "up" | "down", from: Socket, to: Socket): void {
    this.#sockets.add(from)
    from.setNoDelay(true)
    const afterHead = headSkipper()
    from.on("data", (piece: Buffer) => {
      const bytes = afterHead(piece)
      const turn = bytes === 0 ? 0 : this.#turns[direction === "up" ? "down" : "up"] + 1
      if (bytes > 0) this.#count(direction, bytes)
      this.#later(() => {
        this.#turns[direction] = Math.max(this.#turns[direction], turn)
        to.write(piece)
      })
    })
    from.on("end", () => this.#later(() => to.end()))
    // Whoever is cut off notices by its own socket.
    from.on("error", () => to.destroy())
    from.on("close", () => this.#sockets.delete(from))
  }

  #count(direction: "up" | "down", bytes: number): void {
    const counted = this.#traffic
    this.#traffic = { ...counted, [direction]: counted[direction] + bytes, lastAt: performance.now() }
  }

  #later(act: () => void): void {
    if (this.#delayMs === 0) act()
    else setTimeout(act, this.#delayMs)
  }
}

const none: Omit<Traffic, "turns"> = { up: 0, down: 0, lastAt: Number.NaN }

/** Says of each piece of a stream how much of it lies behind the head of the HTTP message that the stream begins with. */
function headSkipper(): (piece: Buffer) => number {
  let head: Buffer | undefined = Buffer.alloc(0)
  return piece => {
    if (head === undefined) return piece.length
    head = Buffer.concat([head, piece])
    const end = head.indexOf(headEnd)
    if (end < 0) return 0
    const rest = head.length - end - headEnd.length
    head = undefined
    return rest
  }
}
