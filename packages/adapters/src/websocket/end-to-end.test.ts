import { createServer, type Server } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { memoryStore, openReplica, type Replica, type AcceptOptions } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { afterEach, expect, it } from "vitest"
import { WebSocket } from "ws"
import { attachSyncServer } from "./attach-sync-server.ts"
import { webSocketTransport } from "./web-socket-transport.ts"

const cleanups: (() => Promise<unknown> | void)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function replica(): Promise<Replica> {
  const one = await openReplica({ store: memoryStore(), engine: yjs() })
  cleanups.push(() => one.close())
  return one
}

async function serve(
  server: Replica,
  options: AcceptOptions = {}
): Promise<{ url: string; sockets: Set<Socket>; http: Server }> {
  const http = createServer()
  const sockets = new Set<Socket>()
  http.on("connection", socket => sockets.add(socket))
  const sync = await attachSyncServer(http, { accept: connection => void server.accept(connection, options) })
  await new Promise<void>(resolve => http.listen(0, "127.0.0.1", resolve))
  cleanups.push(async () => {
    await sync.close()
    await new Promise(resolve => http.close(resolve))
  })
  return { url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}/sync`, sockets, http }
}

async function write(where: Replica, id: string, key: string, value: string): Promise<void> {
  const document = await where.load(id)
  await document.change(draft => {
    draft[key] = value
  }).durable
}

async function values(where: Replica, id: string): Promise<unknown> {
  return (await where.load(id)).value
}

it("[WS13] two replicas converge over a real WebSocket, both ways and live", async () => {
  const [server, client] = [await replica(), await replica()]
  await write(server, "notes/a", "title", "from the server")
  await write(client, "notes/a", "body", "from the client")
  const { url } = await serve(server)
  const link = client.connect(webSocketTransport(url))
  await link.synced()
  await write(server, "notes/b", "big", "x".repeat(600_000))
  await link.synced()
  expect(await values(client, "notes/a")).toEqual({ title: "from the server", body: "from the client" })
  expect(await values(server, "notes/a")).toEqual(await values(client, "notes/a"))
  expect(await values(client, "notes/b")).toEqual(await values(server, "notes/b"))
  expect(link.status).toBe("live")
})

it("[WS14] a socket that dies is replaced, and both sides converge", async () => {
  const [server, client] = [await replica(), await replica()]
  const { url, sockets } = await serve(server)
  const link = client.connect(webSocketTransport(url), { backoff: { baseMs: 5 } })
  await link.synced()
  for (const socket of sockets) socket.destroy()
  await write(client, "notes/a", "title", "written offline")
  await link.synced()
  expect(await values(server, "notes/a")).toEqual({ title: "written offline" })
  expect(link.metrics.connections).toBeGreaterThan(1)
})

it("[WS15] garbage over a real socket is refused, and other links go on", async () => {
  const [server, client] = [await replica(), await replica()]
  const { url } = await serve(server)
  const link = client.connect(webSocketTransport(url))
  await link.synced()
  const hostile = new WebSocket(url, ["syncline"])
  hostile.on("open", () => hostile.send(Uint8Array.from({ length: 100 }, (_, i) => i * 37)))
  const code = await new Promise<number>(resolve => hostile.on("close", resolve))
  await write(server, "notes/a", "title", "still here")
  await link.synced()
  expect([code, await values(client, "notes/a")]).toEqual([4002, { title: "still here" }])
})

it("[WS16] refused credentials end the link for good", async () => {
  const [server, client] = [await replica(), await replica()]
  const { url } = await serve(server, { authorize: () => ({ refused: "who are you?" }) })
  const link = client.connect(webSocketTransport(url))
  expect(await link.closed).toEqual({ reason: "unauthorized", message: "who are you?" })
})
