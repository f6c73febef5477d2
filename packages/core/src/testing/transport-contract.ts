import type { Closed, Connection, Transport } from "../link/transport.ts"
import { assertEqual, assertRejects } from "./contract-assert.ts"
import type { ContractCase } from "./contract-case.ts"

/** A transport with the other end of what it connects. */
export interface TransportFixture {
  readonly transport: Transport
  /** The far end of the next connection. */
  accepted(): Promise<Connection>
  /** Releases ports and sockets. */
  dispose(): Promise<void>
}

/** Makes a fresh transport whose connections are accepted somewhere. */
export type MakeTransport = () => Promise<TransportFixture>

interface TransportCase {
  readonly title: string
  readonly check: (fixture: TransportFixture) => Promise<void>
}

/** What every transport must do, as cases for any test runner: rules TR1 to TR8 of core's SPEC.md. */
export function transportContract(name: string, makeTransport: MakeTransport): readonly ContractCase[] {
  return cases.map(({ title, check }) => ({
    title: `${title} (${name})`,
    run: async () => {
      const fixture = await makeTransport()
      try {
        await check(fixture)
      } finally {
        await fixture.dispose()
      }
    }
  }))
}

const cases: readonly TransportCase[] = [
  {
    title: "[TR1] messages arrive whole, once, in order and byte for byte, in both directions",
    check: async fixture => {
      const [near, far] = await connect(fixture)
      const sent = [0, 1, 125, 126, 65_535, 65_536, 200_000].map(size =>
        new Uint8Array(size).map((_, i) => (i * 7 + size) & 255)
      )
      for (const [from, to] of [
        [near, far],
        [far, near]
      ] as const) {
        const received = collect(to, sent.length)
        for (const message of sent) from.send(message)
        assertEqual(await received, sent, "messages")
      }
    }
  },
  {
    title: "[TR2] messages that come before there is a listener are kept for it",
    check: async fixture => {
      const [near, far] = await connect(fixture)
      near.send(Uint8Array.of(1))
      near.send(Uint8Array.of(2))
      await nextTurn()
      await nextTurn()
      assertEqual(await collect(far, 2), [Uint8Array.of(1), Uint8Array.of(2)], "messages")
    }
  },
  {
    title: "[TR3] closing tells the other side the reason and the message",
    check: async fixture => {
      const [near, far] = await connect(fixture)
      const told = closing(far)
      near.close({ reason: "flow-control", message: "too much" })
      assertEqual(await told, { reason: "flow-control", message: "too much" }, "what the other side hears")
    }
  },
  {
    title: "[TR4] messages sent before closing still arrive",
    check: async fixture => {
      const [near, far] = await connect(fixture)
      const received = collect(far, 1)
      near.send(Uint8Array.of(9))
      near.close({ reason: "closed", message: "done" })
      assertEqual(await received, [Uint8Array.of(9)], "messages")
    }
  },
  {
    title: "[TR5] onClose is called once on the closing side too, and never during its registration",
    check: async fixture => {
      const [near] = await connect(fixture)
      const heard: Closed[] = []
      near.close({ reason: "timeout", message: "first" })
      near.close({ reason: "internal", message: "second" })
      let registering = true
      await new Promise<void>(resolve => {
        near.onClose(closed => {
          heard.push(closed)
          if (!registering) resolve()
        })
        registering = false
      })
      await nextTurn()
      assertEqual(heard, [{ reason: "timeout", message: "first" }], "what the closing side hears")
    }
  },
  {
    title: "[TR6] sending on a closed connection does nothing",
    check: async fixture => {
      const [near, far] = await connect(fixture)
      const gone = Promise.all([closing(near), closing(far)])
      far.close({ reason: "closed", message: "" })
      await gone
      near.send(Uint8Array.of(1))
      far.send(Uint8Array.of(1))
    }
  },
  {
    title: "[TR7] connecting is cancelled by a signal that fired before",
    check: async ({ transport }) => {
      await assertRejects(transport.connect(AbortSignal.abort()), "aborted", "connect")
    }
  },
  {
    title: "[TR8] owned messages arrive as they were, also where they are a part of a buffer",
    check: async fixture => {
      const [near, far] = await connect(fixture)
      const received = collect(far, 2)
      near.send(Uint8Array.of(1, 2, 3), true)
      near.send(Uint8Array.of(4, 5, 6, 7).subarray(1, 3), true)
      assertEqual(await received, [Uint8Array.of(1, 2, 3), Uint8Array.of(5, 6)], "messages")
    }
  }
]

async function connect(fixture: TransportFixture): Promise<readonly [Connection, Connection]> {
  const far = fixture.accepted()
  const near = await fixture.transport.connect(new AbortController().signal)
  return [near, await far]
}

function collect(connection: Connection, count: number): Promise<readonly Uint8Array[]> {
  const messages: Uint8Array[] = []
  return new Promise(resolve => {
    connection.onMessage(message => {
      messages.push(message.slice())
      if (messages.length === count) resolve(messages)
    })
  })
}

function closing(connection: Connection): Promise<Closed> {
  return new Promise(resolve => connection.onClose(resolve))
}

/** Lets sockets be read. */
function nextTurn(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, 0))
}
