import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { coreError } from "@syncline/core"
import type { WebSocketLike } from "./web-socket-like.ts"

/** A server-side socket of `ws`. */
export interface ServerSocket extends WebSocketLike {
  /** Ends the connection without a closing handshake. */
  terminate(): void
}

/** What is used of `ws` on the server. */
export interface WsModule {
  readonly WebSocketServer: new (options: {
    readonly noServer: true
    readonly maxPayload: number
    readonly perMessageDeflate: false
    readonly handleProtocols: (protocols: Set<string>) => string | false
  }) => {
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Uint8Array,
      onOpen: (socket: ServerSocket) => void
    ): void
  }
}

/**
 * Loads `ws` when it is first needed, so that it stays an optional dependency.
 *
 * @throws SynclineError `link-closed` when it is not installed.
 */
export async function loadWs(name = "ws"): Promise<WsModule> {
  try {
    // By a variable, for the types of ws are not among our dependencies.
    return (await import(name)) as WsModule
  } catch (cause) {
    throw coreError("link-closed", "ws does not load; install it with: npm install ws@8", {
      cause,
      details: { closeReason: "internal" }
    })
  }
}
