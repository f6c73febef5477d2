import type { Connection, Transport } from "@syncline/core"
import { coreError } from "@syncline/core"
import { SocketConnection } from "./socket-connection.ts"
import type { WebSocketConstructor } from "./web-socket-like.ts"
import { subprotocol } from "./web-socket-like.ts"

/** How a WebSocket is dialed. */
export interface WebSocketTransportOptions {
  /** The class to use: `WebSocket` of `ws`, say. Default: the platform's (browsers; Node 22 and newer). */
  readonly webSocket?: WebSocketConstructor
  /** Handed to that class as its third argument; with `ws`: `headers`, `agent`, certificates. */
  readonly socketOptions?: object
  /** Larger messages end the connection. Default 1 MiB, four times the largest frame a link takes by default. */
  readonly maxMessageBytes?: number
}

/** What WebSockets say of any handshake that failed (RFC 6455 §7.1.5); browsers must not tell which. */
const noHandshake = 1006

/**
 * Dials another replica over a WebSocket: `replica.connect(webSocketTransport("wss://example.org/sync"))`.
 *
 * @throws SynclineError `link-closed` when that is no WebSocket address: trying again would not help.
 */
export function webSocketTransport(url: string, options: WebSocketTransportOptions = {}): Transport {
  mustBeAddress(url)
  const maxMessageBytes = options.maxMessageBytes ?? 1 << 20
  return {
    name: url,
    connect: signal => {
      const WebSocket = options.webSocket ?? platformWebSocket()
      return new Promise<Connection>((resolve, reject) => {
        const fail = (why: string) =>
          reject(
            coreError("link-closed", `no connection to ${url}: ${why}`, {
              details: { closeReason: "connection-lost" }
            })
          )
        if (signal.aborted) return reject(aborted(url))
        const socketOptions = {
          maxPayload: maxMessageBytes,
          perMessageDeflate: false,
          ...options.socketOptions
        }
        const socket = new WebSocket(url, [subprotocol], socketOptions)
        const abort = () => {
          reject(aborted(url))
          socket.close()
        }
        signal.addEventListener("abort", abort, { once: true })
        const connection = new SocketConnection(socket, maxMessageBytes)
        socket.addEventListener("open", () => {
          signal.removeEventListener("abort", abort)
          resolve(connection)
        })
        socket.addEventListener("close", ({ code, reason }) => {
          signal.removeEventListener("abort", abort)
          fail(code === noHandshake && reason === "" ? refusedHandshake : `code ${code} ${reason}`.trimEnd())
        })
      })
    }
  }
}

const refusedHandshake =
  "there is no server, or it does not upgrade there; check address and path, and what its `authenticate` says"

// Browsers resolve what is relative against the page (and take http for ws); elsewhere nothing can.
function mustBeAddress(url: string): void {
  const { location } = globalThis as unknown as { readonly location?: { readonly href: string } }
  const scheme = URL.canParse(url, location?.href) ? new URL(url, location?.href).protocol : undefined
  if (scheme !== undefined && /^(?:wss?|https?):$/.test(scheme)) return
  throw coreError(
    "link-closed",
    `"${url}" is no WebSocket address; write ws://host/path or wss://host/path`,
    {
      details: { closeReason: "internal" }
    }
  )
}

function platformWebSocket(): WebSocketConstructor {
  const { WebSocket } = globalThis as unknown as { readonly WebSocket?: WebSocketConstructor }
  if (WebSocket !== undefined) return WebSocket
  throw coreError(
    "link-closed",
    "this platform has no WebSocket; pass one: webSocketTransport(url, { webSocket: (await import('ws')).WebSocket })",
    {
      details: { closeReason: "internal" }
    }
  )
}

function aborted(url: string): Error {
  return coreError("aborted", `connecting to ${url} was cancelled`)
}
