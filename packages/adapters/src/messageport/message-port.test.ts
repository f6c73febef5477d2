import { MessageChannel } from "node:worker_threads"
import fc from "fast-check"
import type { Closed, Connection } from "@syncline/core"
import { transportContract } from "@syncline/core/testing"
import { afterEach, describe, expect, it, test } from "vitest"
import { acceptMessagePort, type AcceptMessagePortOptions } from "./accept-message-port.ts"
import { messagePortTransport } from "./message-port-transport.ts"

const channels: MessageChannel[] = []

afterEach(() => {
  for (const { port1 } of channels.splice(0)) port1.close()
})

function channel(): MessageChannel {
  const made = new MessageChannel()
  channels.push(made)
  return made
}

/** Two ports, the second of which accepts. */
function pair(options: AcceptMessagePortOptions = {}): {
  readonly near: MessageChannel["port1"]
  readonly far: MessageChannel["port2"]
  readonly next: () => Promise<Connection>
  readonly stop: () => void
} {
  const { port1: near, port2: far } = channel()
  const waiting: ((connection: Connection) => void)[] = []
  const stop = acceptMessagePort(far, connection => waiting.shift()?.(connection), options)
  return { near, far, stop, next: () => new Promise(resolve => waiting.push(resolve)) }
}

/** What looks like ours, more or less. */
const oddMessage = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      syncline: fc.oneof(
        fc.constantFrom("ready", "open", "opened", "data", "taken", "close"),
        fc.jsonValue()
      ),
      id: fc.oneof(fc.constantFrom("1", "2", "__proto__", ""), fc.jsonValue()),
      bytes: fc.oneof(fc.constant(new ArrayBuffer(3)), fc.jsonValue()),
      reason: fc.oneof(fc.constantFrom("closed", "toString"), fc.jsonValue()),
      message: fc.jsonValue()
    },
    { requiredKeys: [] }
  )
)

const never = new AbortController().signal

function dial(port: MessageChannel["port1"]): Promise<Connection> {
  return messagePortTransport(port).connect(never)
}

function closing(connection: Connection): Promise<Closed> {
  return new Promise(resolve => connection.onClose(resolve))
}

function nextMessage(connection: Connection): Promise<Uint8Array> {
  return new Promise(resolve => connection.onMessage(resolve))
}

const fixture = async () => {
  const { near, next, stop } = pair()
  return { transport: messagePortTransport(near), accepted: next, dispose: async () => stop() }
}

for (const { title, run } of transportContract("MessagePort", fixture)) test(`[MC1] ${title}`, () => run())

describe("a port", () => {
  it("[MC2] connects whichever side begins first", async () => {
    const { port1, port2 } = channel()
    const dialed = dial(port1)
    await new Promise(resolve => port2.once("message", resolve)) // was asked, and nobody answered
    acceptMessagePort(port2, () => {})
    expect((await dialed).bufferedBytes).toBe(0)
  })

  it("[MC3] leaves the application its own messages, and is not confused by them", async () => {
    const { near, far, next } = pair()
    const heard: unknown[] = []
    far.on("message", value => heard.push(value))
    const accepted = next()
    const connection = await dial(near)
    const odd = ["hello", null, { syncline: "data", id: 7 }, { syncline: "close" }, { syncline: "open" }]
    for (const message of odd) near.postMessage(message)
    connection.send(Uint8Array.of(1))
    expect(await nextMessage(await accepted)).toEqual(Uint8Array.of(1))
    expect(heard).toEqual(expect.arrayContaining(odd))
  })

  it("[MC3] whatever is posted, an open connection goes on, and nothing throws", async () => {
    const { near, next } = pair()
    const accepted = next()
    const connection = await dial(near)
    const far = await accepted
    const heard: Uint8Array[] = []
    far.onMessage(message => heard.push(message))
    await fc.assert(
      fc.asyncProperty(fc.array(oddMessage, { maxLength: 20 }), async messages => {
        for (const message of messages) near.postMessage(message)
        connection.send(Uint8Array.of(1, 2, 3))
        const before = heard.length
        while (heard.length === before) await new Promise(resolve => setImmediate(resolve))
        expect(heard.at(-1)).toEqual(Uint8Array.of(1, 2, 3))
      })
    )
  })

  it("[MC4] moves bytes that it is given, and copies others", async () => {
    const { near } = pair()
    const connection = await dial(near)
    const [given, kept] = [new Uint8Array(1000), new Uint8Array(1000)]
    const part = new Uint8Array(1000).subarray(0, 10)
    connection.send(given, true)
    connection.send(kept)
    connection.send(part, true)
    expect([given.length, kept.length, part.length]).toEqual([0, 1000, 10])
  })

  it("[MC5] that closes ends its connections, and is not dialed again", async () => {
    const { near, far } = pair()
    const transport = messagePortTransport(near)
    const ended = closing(await transport.connect(never))
    far.close()
    expect(await ended).toEqual({ reason: "connection-lost", message: "the port was closed" })
    await expect(transport.connect(never)).rejects.toMatchObject({ code: "link-closed" })
  })

  it("[MC5] that closes while being dialed is link-closed", async () => {
    const { port1, port2 } = channel()
    const dialed = dial(port1)
    port2.close()
    await expect(dialed).rejects.toMatchObject({ code: "link-closed" })
  })

  it("[MC6] ends as going-away where accepting stops, and can be dialed when it begins again", async () => {
    const { near, far, stop } = pair()
    const transport = messagePortTransport(near)
    const ended = closing(await transport.connect(never))
    stop()
    expect((await ended).reason).toBe("going-away")
    const again = transport.connect(never)
    acceptMessagePort(far, () => {})
    expect((await again).bufferedBytes).toBe(0)
  })

  it("[MC7] an accept that throws ends that connection only", async () => {
    const errors: unknown[] = []
    const { port1, port2 } = channel()
    let first = true
    const accept = () => {
      if (!first) return
      first = false
      throw new Error("full")
    }
    acceptMessagePort(port2, accept, { onError: error => errors.push(error) })
    const transport = messagePortTransport(port1)
    expect((await closing(await transport.connect(never))).reason).toBe("internal")
    expect((await transport.connect(never)).bufferedBytes).toBe(0)
    expect(errors).toMatchObject([{ message: "full" }])
  })

  it("[MC8] refuses connections beyond the limit, and takes new ones when others ended", async () => {
    const { near } = pair({ maxConnections: 1 })
    const transport = messagePortTransport(near)
    const connection = await transport.connect(never)
    await expect(transport.connect(never)).rejects.toMatchObject({ details: { closeReason: "flow-control" } })
    connection.close({ reason: "closed", message: "" })
    expect((await transport.connect(never)).bufferedBytes).toBe(0)
  })

  it("[MC9] is listened to only as long as there is a connection", async () => {
    const { near } = pair()
    const connection = await dial(near)
    expect(near.listenerCount("message")).toBe(1)
    connection.close({ reason: "closed", message: "" })
    expect(near.listenerCount("message")).toBe(0)
  })

  it("[MC9] connecting can be cancelled while nobody answers", async () => {
    const { port1 } = channel()
    const abort = new AbortController()
    const dialed = messagePortTransport(port1).connect(abort.signal)
    abort.abort()
    await expect(dialed).rejects.toMatchObject({ code: "aborted" })
    expect(port1.listenerCount("message")).toBe(0)
  })

  it("[MC11] holds little for a connection that nobody listens to", async () => {
    const { near, next } = pair()
    const accepted = next()
    const connection = await dial(near)
    for (let i = 0; i < 3; i++) connection.send(new Uint8Array(2 ** 19), true)
    expect((await closing(connection)).reason).toBe("flow-control")
    expect((await closing(await accepted)).reason).toBe("flow-control")
  })
})
