import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { transportContract } from "@syncline/core/testing"
import type { Closed, Connection } from "@syncline/core"
import { afterEach, describe, expect, it, test } from "vitest"
import { WebSocket } from "ws"
import { attachSyncServer, type SyncServer, type SyncServerOptions } from "./attach-sync-server.ts"
import { loadWs } from "./load-ws.ts"
import { webSocketTransport, type WebSocketTransportOptions } from "./web-socket-transport.ts"

interface Running {
  readonly http: Server
  readonly sync: SyncServer
  readonly url: string
  readonly next: () => Promise<Connection>
}

const running: Running[] = []

afterEach(async () => {
  for (const one of running.splice(0)) await stop(one)
})

async function start(options: Partial<SyncServerOptions> = {}): Promise<Running> {
  const http = createServer()
  const waiting: ((connection: Connection) => void)[] = []
  const accept = (connection: Connection) => waiting.shift()?.(connection)
  const sync = await attachSyncServer(http, { accept, ...options })
  await new Promise<void>(resolve => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  const next = () => new Promise<Connection>(resolve => waiting.push(resolve))
  const one = { http, sync, next, url: `ws://127.0.0.1:${port}/sync` }
  running.push(one)
  return one
}

async function stop({ http, sync }: Running): Promise<void> {
  await sync.close()
  http.closeAllConnections()
  await new Promise(resolve => http.close(resolve))
}

function dial(url: string, options?: WebSocketTransportOptions): Promise<Connection> {
  return webSocketTransport(url, options).connect(new AbortController().signal)
}

async function refuseOrThrow(request: { url?: string | undefined }): Promise<boolean> {
  if (request.url === "/sync?throw") throw new Error("no database")
  return false
}

function throwAlways(): void {
  throw new Error("full")
}

function closing(connection: Connection): Promise<Closed> {
  return new Promise(resolve => connection.onClose(resolve))
}

const classes: readonly [string, WebSocketTransportOptions][] = [
  ["platform WebSocket", {}],
  ["ws", { webSocket: WebSocket }]
]

for (const [name, options] of classes) {
  const fixture = async () => {
    // The contract's peers speak before they are answered.
    const one = await start({ maxGreetingBytes: 2 ** 22 })
    return { transport: webSocketTransport(one.url, options), accepted: one.next, dispose: async () => {} }
  }
  for (const { title, run } of transportContract(name, fixture)) test(`[WS1] ${title}`, () => run())
}

describe("dialing", () => {
  it("[WS2] a server that is not there is link-closed", async () => {
    const one = await start()
    await stop(one)
    running.splice(0)
    await expect(dial(one.url)).rejects.toMatchObject({ code: "link-closed" })
  })

  it.each(["example.org/sync", "nonsense", "", "ftp://example.org", "/sync"])(
    "[WS2] %j is no address: refused at once, not tried for ever",
    url => {
      expect(() => webSocketTransport(url)).toThrow(expect.objectContaining({ code: "link-closed" }))
      expect(() => webSocketTransport(url)).toThrow("write ws://host/path")
    }
  )

  it("[WS3] a text message ends the connection with protocol-violation", async () => {
    const one = await start()
    const accepted = one.next()
    const socket = new WebSocket(one.url, ["syncline"])
    socket.on("open", () => socket.send("hello"))
    expect(await closing(await accepted)).toMatchObject({ reason: "protocol-violation" })
  })

  it("[WS4] a message above the server's limit ends the connection with frame-too-large", async () => {
    const one = await start({ maxPayload: 1000 })
    const connection = await dial(one.url)
    const ended = closing(connection)
    connection.send(new Uint8Array(1001))
    expect(await ended).toMatchObject({ reason: "frame-too-large" })
  })

  it.each(classes)(
    "[WS4] a message above the client's limit ends the connection (%s)",
    async (_, options) => {
      const one = await start()
      const accepted = one.next()
      const ended = dial(one.url, { ...options, maxMessageBytes: 1000 }).then(closing)
      ;(await accepted).send(new Uint8Array(1001))
      expect(await ended).toMatchObject({
        reason: expect.stringMatching(/frame-too-large|connection-lost/) as string
      })
    }
  )

  it("[WS5] a socket that dies is connection-lost", async () => {
    const one = await start()
    const accepted = one.next()
    const socket = new WebSocket(one.url, ["syncline"])
    await new Promise<void>(resolve => socket.on("open", resolve))
    const ended = closing(await accepted)
    socket.terminate()
    expect(await ended).toMatchObject({ reason: "connection-lost" })
  })
})

describe("serving", () => {
  it("[WS6] another upgrade path is left to its own listener", async () => {
    const one = await start()
    one.http.on("upgrade", (request, socket) => {
      if (request.url === "/other") socket.end("HTTP/1.1 418 I'm a teapot\r\n\r\n")
    })
    const error = await new Promise<Error>(resolve =>
      new WebSocket(one.url.replace("/sync", "/other")).on("error", resolve)
    )
    expect(error.message).toContain("418")
  })

  it("[WS7] a path nobody listens to is answered with 404", async () => {
    const one = await start()
    const error = await new Promise<Error>(resolve =>
      new WebSocket(one.url.replace("/sync", "/other")).on("error", resolve)
    )
    expect(error.message).toContain("404")
  })

  it("[WS8] authenticate that says no, or throws, is answered with 401", async () => {
    const errors: unknown[] = []
    const one = await start({ authenticate: refuseOrThrow, onError: error => errors.push(error) })
    for (const url of [one.url, `${one.url}?throw`]) {
      const error = await new Promise<Error>(resolve => new WebSocket(url).on("error", resolve))
      expect(error.message).toContain("401")
    }
    expect(errors).toHaveLength(1)
  })

  it("[WS9] more connections than allowed are answered with 503", async () => {
    const one = await start({ maxConnections: 1 })
    await dial(one.url)
    const error = await new Promise<Error>(resolve => new WebSocket(one.url).on("error", resolve))
    expect(error.message).toContain("503")
  })

  it("[WS10] closing tells every peer going-away and leaves the HTTP server alone", async () => {
    const one = await start()
    const ended = closing(await dial(one.url))
    await one.sync.close()
    expect(await ended).toMatchObject({ reason: "going-away" })
    expect([one.http.listening, one.sync.connections]).toEqual([true, 0])
  })

  it("[WS10] a peer that does not answer the goodbye is cut off", async () => {
    const one = await start({ closeTimeoutMs: 20 })
    const accepted = one.next()
    const socket = new WebSocket(one.url, ["syncline"])
    await new Promise<void>(resolve => socket.on("open", resolve))
    const ended = closing(await accepted)
    socket.pause()
    await one.sync.close()
    expect(await ended).toMatchObject({ reason: "going-away" })
    socket.terminate()
  })

  it("[WS11] an accept that throws ends that connection only", async () => {
    const errors: unknown[] = []
    const one = await start({ accept: throwAlways, onError: error => errors.push(error) })
    expect(await closing(await dial(one.url))).toMatchObject({ reason: "internal" })
    expect(errors).toHaveLength(1)
  })

  it("[WS17] who sends more than a greeting before it is answered is cut off, and nothing of it is heard", async () => {
    const one = await start()
    const accepted = one.next()
    const socket = new WebSocket(one.url, ["syncline"])
    socket.on("open", () => socket.send(new Uint8Array(500_000)))
    const gone = new Promise(resolve => socket.on("close", resolve))
    socket.on("error", () => {})
    const connection = await accepted
    const heard: number[] = []
    connection.onMessage(message => heard.push(message.length))
    expect(await closing(connection)).toMatchObject({ reason: "frame-too-large" })
    await gone
    expect([heard, one.sync.connections]).toEqual([[], 0])
  })

  it("[WS17] once answered, a peer may send as much as messages may have", async () => {
    const one = await start()
    const accepted = one.next()
    const dialed = await dial(one.url)
    const connection = await accepted
    const answered = new Promise<void>(resolve => dialed.onMessage(() => resolve()))
    dialed.send(new Uint8Array(16_384))
    connection.send(new Uint8Array(1))
    await answered
    const heard: number[] = []
    const all = new Promise<void>(resolve =>
      connection.onMessage(message => {
        heard.push(message.length)
        if (heard.length === 2) resolve()
      })
    )
    dialed.send(new Uint8Array(1_000_000))
    await all
    expect(heard).toEqual([16_384, 1_000_000])
  })

  it("[WS12] a missing ws is a typed error that says what to install", async () => {
    await expect(loadWs("ws-that-is-not-installed")).rejects.toThrow(/npm install ws/)
  })
})
