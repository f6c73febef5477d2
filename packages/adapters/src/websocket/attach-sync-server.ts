import type { IncomingMessage, Server } from "node:http"
import type { Duplex } from "node:stream"
import type { Connection } from "@syncline/core"
import { boundGreeting } from "./bound-greeting.ts"
import { loadWs } from "./load-ws.ts"
import type { ServerSocket } from "./load-ws.ts"
import { SocketConnection } from "./socket-connection.ts"
import { subprotocol } from "./web-socket-like.ts"

/** How WebSockets are taken in. */
export interface SyncServerOptions {
  /** Gets every connection: `connection => replica.accept(connection)`. */
  readonly accept: (connection: Connection, request: IncomingMessage) => void
  /** Path of the upgrade requests that are meant. Others are left to whoever else listens. Default `/sync`. */
  readonly path?: string
  /**
   * Decides by the HTTP request (cookie, origin, address) whether to upgrade at all; 401 if not. What a peer may sync
   * is the link's `authorize`. Browsers send cookies along from any site: check `origin` where you rely on them.
   */
  readonly authenticate?: (request: IncomingMessage) => boolean | Promise<boolean>
  /** Hears what `accept` and `authenticate` throw; the connection concerned is refused. Default: nobody. */
  readonly onError?: (error: unknown) => void
  /** Larger messages end the connection before they are in memory. Default 1 MiB. */
  readonly maxPayload?: number
  /**
   * What a peer may send before this side has said anything, which it does not before it lets the peer in; more cuts the connection off. With
   * `maxConnections` it bounds what strangers can make this side hold. Default 32 KiB: a greeting takes 16 at most.
   */
  readonly maxGreetingBytes?: number
  /** Connections, upgrades under way included; beyond it 503. Default 10,000. */
  readonly maxConnections?: number
  /** How long `close` waits for peers to answer before it cuts them off. Default 2 s. */
  readonly closeTimeoutMs?: number
}

/** WebSockets on an HTTP server, for as long as wanted. */
export interface SyncServer {
  /** Open connections and upgrades under way. */
  readonly connections: number
  /** Takes no more, tells every peer that this side is going away, fulfilled when all are gone. The HTTP server stays. */
  close(): Promise<void>
}

/**
 * Lets replicas connect through an HTTP server that is already there. Messages are not compressed here, for their
 * contents are; silence is noticed by the sync protocol.
 *
 * @throws SynclineError `link-closed` when `ws` is not installed.
 */
export async function attachSyncServer(httpServer: Server, options: SyncServerOptions): Promise<SyncServer> {
  const { WebSocketServer } = await loadWs()
  const maxPayload = options.maxPayload ?? 1 << 20
  const upgrades = new WebSocketServer({
    noServer: true,
    maxPayload,
    perMessageDeflate: false,
    handleProtocols: protocols => (protocols.has(subprotocol) ? subprotocol : false)
  })
  const server = new UpgradeServer(httpServer, options, (request, socket, head, onOpen) =>
    upgrades.handleUpgrade(request, socket, head, opened => {
      const connection = new SocketConnection(opened, maxPayload)
      boundGreeting(socket, options.maxGreetingBytes ?? 1 << 15, {
        isAnswered: () => connection.hasSpoken,
        onTooMuch: () => {
          connection.close({ reason: "frame-too-large", message: "more came than a greeting takes" })
          opened.terminate()
        }
      })
      onOpen(opened, connection)
    })
  )
  server.start()
  return server
}

type Upgrade = (
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
  onOpen: (socket: ServerSocket, connection: SocketConnection) => void
) => void

class UpgradeServer implements SyncServer {
  readonly #httpServer: Server
  readonly #options: SyncServerOptions
  readonly #upgrade: Upgrade
  readonly #open = new Map<ServerSocket, SocketConnection>()
  #underWay = 0
  #closing = false
  #whenEmpty: () => void = () => {}
  readonly #onUpgrade = (request: IncomingMessage, socket: Duplex, head: Uint8Array) =>
    void this.#take(request, socket, head)

  constructor(httpServer: Server, options: SyncServerOptions, upgrade: Upgrade) {
    this.#httpServer = httpServer
    this.#options = options
    this.#upgrade = upgrade
  }

  get connections(): number {
    return this.#open.size + this.#underWay
  }

  start(): void {
    this.#httpServer.on("upgrade", this.#onUpgrade)
  }

  async close(): Promise<void> {
    this.#closing = true
    this.#httpServer.off("upgrade", this.#onUpgrade)
    for (const connection of this.#open.values())
      connection.close({ reason: "going-away", message: "the server shuts down" })
    const cutOff = setTimeout(() => {
      for (const socket of this.#open.keys()) socket.terminate()
    }, this.#options.closeTimeoutMs ?? 2_000)
    await new Promise<void>(resolve => {
      this.#whenEmpty = resolve
      if (this.#open.size === 0) resolve()
    })
    clearTimeout(cutOff)
  }

  async #take(request: IncomingMessage, socket: Duplex, head: Uint8Array): Promise<void> {
    const path = (request.url ?? "").split("?")[0]
    if (path !== (this.#options.path ?? "/sync")) {
      // Nobody else would answer, and the peer would wait for ever.
      if (this.#httpServer.listenerCount("upgrade") === 1) refuse(socket, "404 Not Found")
      return
    }
    if (this.connections >= (this.#options.maxConnections ?? 10_000))
      return refuse(socket, "503 Service Unavailable")
    // A peer that resets the connection now must not take the process down.
    socket.on("error", ignore)
    this.#underWay++
    const admitted = await this.#admits(request)
    this.#underWay--
    socket.off("error", ignore)
    if (this.#closing) return refuse(socket, "503 Service Unavailable")
    if (!admitted) return refuse(socket, "401 Unauthorized")
    this.#upgrade(request, socket, head, (opened, connection) => this.#opened(opened, connection, request))
  }

  async #admits(request: IncomingMessage): Promise<boolean> {
    try {
      return (await this.#options.authenticate?.(request)) ?? true
    } catch (error) {
      this.#options.onError?.(error)
      return false
    }
  }

  #opened(socket: ServerSocket, connection: SocketConnection, request: IncomingMessage): void {
    this.#open.set(socket, connection)
    socket.addEventListener("close", () => {
      this.#open.delete(socket)
      if (this.#open.size === 0) this.#whenEmpty()
    })
    try {
      this.#options.accept(connection, request)
    } catch (error) {
      this.#options.onError?.(error)
      connection.close({ reason: "internal", message: "the connection could not be accepted" })
    }
  }
}

function ignore(): void {}

function refuse(socket: Duplex, status: string): void {
  socket.on("error", ignore)
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
