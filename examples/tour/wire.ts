import { createServer, type Server } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { webSocketTransport } from "@syncline/adapters/websocket"
import { attachSyncServer } from "@syncline/adapters/websocket/server"
import type { Replica, Transport } from "@syncline/core"

/** A replica behind a real WebSocket server on a free port of the loopback interface, whose traffic is counted. */
export class Wire {
  readonly #replica: Replica
  readonly #sockets = new Set<Socket>()
  #gone = 0
  #server: Server | undefined
  #port = 0

  private constructor(replica: Replica) {
    this.#replica = replica
  }

  static async open(replica: Replica): Promise<Wire> {
    const wire = new Wire(replica)
    await wire.plugIn()
    return wire
  }

  /** How others reach the replica. */
  get transport(): Transport {
    return webSocketTransport(`ws://127.0.0.1:${this.#port}/sync`)
  }

  get port(): number {
    return this.#port
  }

  /** TCP payload in both directions since the beginning: HTTP upgrade, WebSocket framing and all. */
  get bytes(): number {
    return [...this.#sockets].reduce((sum, socket) => sum + trafficOf(socket), this.#gone)
  }

  /** Listens; on the same port as before, if there was one. */
  async plugIn(): Promise<void> {
    const server = createServer()
    server.on("connection", socket => this.#count(socket))
    await attachSyncServer(server, { accept: connection => void this.#replica.accept(connection) })
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject)
      server.listen(this.#port, "127.0.0.1", resolve)
    })
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Cuts every connection without a word and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
    if (server !== undefined) await new Promise(resolve => server.close(resolve))
  }

  #count(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on("close", () => {
      this.#gone += trafficOf(socket)
      this.#sockets.delete(socket)
    })
  }
}

function trafficOf(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten
}
