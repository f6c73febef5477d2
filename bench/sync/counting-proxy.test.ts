import { type AddressInfo, connect, createServer, type Socket } from "node:net"
import { afterEach, expect, test } from "vitest"
import { type CountingProxy, countingProxy } from "./counting-proxy.ts"

const opened: { close(): void }[] = []

afterEach(() => {
  for (const one of opened.splice(0)) one.close()
})

/** A proxy before a server that answers a head with a head and `welcome`, and each `?` with `!`. */
async function proxied(): Promise<CountingProxy> {
  const server = createServer(socket =>
    socket.on("data", piece => {
      const said = piece.toString()
      if (said.includes("\r\n\r\n")) socket.write("HTTP/1.1 101 Switching\r\n\r\nwelcome")
      if (said.endsWith("?")) socket.write("!")
    })
  )
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve))
  const proxy = await countingProxy((server.address() as AddressInfo).port)
  opened.push(proxy, server)
  return proxy
}

function dial({ port }: CountingProxy): Socket {
  const socket = connect(port, "127.0.0.1")
  socket.write("GET / HTTP/1.1\r\n\r\n")
  return socket
}

function heard(socket: Socket, end: string): Promise<unknown> {
  return new Promise(resolve =>
    socket.on("data", (piece: Buffer) => {
      if (piece.toString().endsWith(end)) resolve(piece)
    })
  )
}

test("what follows the heads is counted, by direction", async () => {
  const proxy = await proxied()
  const socket = dial(proxy)
  await heard(socket, "welcome")
  expect(proxy.traffic).toMatchObject({ up: 0, down: 7, turns: 1 })
  socket.write("really?")
  await heard(socket, "!")
  expect(proxy.traffic).toMatchObject({ up: 7, down: 8, turns: 3 })
})

test("after a reset everything is counted anew, and heads are still known", async () => {
  const proxy = await proxied()
  const socket = dial(proxy)
  await heard(socket, "welcome")
  proxy.reset()
  socket.write("so?")
  await heard(socket, "!")
  expect(proxy.traffic).toMatchObject({ up: 3, down: 1, turns: 2 })
})

test("connections are told until both ends are gone", async () => {
  const proxy = await proxied()
  const socket = dial(proxy)
  await heard(socket, "welcome")
  expect(proxy.connections).toBe(1)
  socket.end()
  await new Promise(resolve => socket.on("close", resolve))
  await expect.poll(() => proxy.connections).toBe(0)
})
