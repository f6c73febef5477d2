import type { Closed, Connection, Transport } from "@syncline/core"
import { ManualTimers, transportContract } from "@syncline/core/testing"
import { afterEach, describe, expect, it, test } from "vitest"
import { type BroadcastChannelLike, platformBroadcastChannel } from "./broadcast-channel-like.ts"
import {
  type BroadcastChannelOptions,
  type BroadcastChannelPeers,
  joinBroadcastChannel
} from "./join-broadcast-channel.ts"

let channels = 0
const members: Member[] = []

afterEach(() => {
  for (const member of members.splice(0)) member.close()
})

/** A name nobody else has, for a test of its own. */
function freshName(): string {
  return `test-${process.pid}-${channels++}`
}

/** One tab with everything it was told, which can be frozen as browsers freeze tabs. */
class Member {
  readonly dialed: { readonly transport: Transport; closed: boolean }[] = []
  readonly accepted: Connection[] = []
  readonly timers = new ManualTimers()
  readonly peers: BroadcastChannelPeers
  heard = 0
  #frozen = false
  #held: (() => void)[] = []
  #waiting: (() => void)[] = []

  constructor(name: string, address: string, options: Partial<BroadcastChannelOptions> = {}) {
    members.push(this)
    const hear = (deliver: () => void) => {
      this.heard++
      if (this.#frozen) this.#held.push(deliver)
      else deliver()
      this.#wake()
    }
    this.peers = joinBroadcastChannel(name, {
      address,
      timers: this.timers,
      connect: transport => {
        const entry = { transport, closed: false }
        this.dialed.push(entry)
        this.#wake()
        return { close: () => (entry.closed = true) }
      },
      accept: connection => {
        this.accepted.push(connection)
        this.#wake()
      },
      broadcastChannel: freezable(hear),
      ...options
    })
    this.peers.onPeers(() => this.#wake())
  }

  /** What waits for it to thaw. */
  get held(): number {
    return this.#held.length
  }

  freeze(): void {
    this.#frozen = true
  }

  thaw(): void {
    this.#frozen = false
    for (const deliver of this.#held.splice(0)) deliver()
  }

  /** Waits until what was told fulfils this. */
  async until(condition: (member: Member) => boolean): Promise<this> {
    while (!condition(this)) await new Promise<void>(resolve => this.#waiting.push(resolve))
    return this
  }

  dial(at = 0): Promise<Connection> {
    const entry = this.dialed[at]
    if (entry === undefined) throw new RangeError(`nothing number ${at} was to be dialed`)
    return entry.transport.connect(new AbortController().signal)
  }

  close(): void {
    this.peers.close()
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function freezable(
  hear: (deliver: () => void) => void
): NonNullable<BroadcastChannelOptions["broadcastChannel"]> {
  return class {
    readonly #channel: BroadcastChannelLike

    constructor(name: string) {
      this.#channel = new (platformBroadcastChannel())(name)
    }

    postMessage(message: unknown): void {
      this.#channel.postMessage(message)
    }

    addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void {
      this.#channel.addEventListener(type, event => hear(() => listener(event)))
    }

    close(): void {
      this.#channel.close()
    }
  }
}

function closing(connection: Connection): Promise<Closed> {
  return new Promise(resolve => connection.onClose(resolve))
}

/** Two tabs that know each other; the first one dials. */
async function two(options: Partial<BroadcastChannelOptions> = {}): Promise<readonly [Member, Member]> {
  const name = freshName()
  const a = new Member(name, "a")
  const b = new Member(name, "b", options)
  await a.until(({ dialed }) => dialed.length === 1)
  return [a, b]
}

const fixture = async () => {
  const [a, b] = await two()
  const transport = a.dialed[0]?.transport
  if (transport === undefined) throw new Error("nothing to dial")
  const accepted = async () => {
    await b.until(member => member.accepted.length > 0)
    return b.accepted.shift() as Connection
  }
  return { transport, accepted, dispose: async () => {} }
}

for (const { title, run } of transportContract("BroadcastChannel", fixture))
  test(`[BC1] ${title}`, () => run())

describe("tabs on one channel", () => {
  it("[BC2] find each other, and of each two the one with the lower address dials", async () => {
    const name = freshName()
    const tabs = ["c", "a", "d", "b"].map(address => new Member(name, address))
    for (const tab of tabs) await tab.until(({ peers }) => peers.peers.length === 3)
    const dials = tabs.map(({ peers, dialed }) => {
      const names = dialed.map(({ transport }) => transport.name.split("/").at(-1))
      return [peers.address, names.join("").length, new Set(names)] as const
    })
    expect(new Set(dials)).toEqual(
      new Set([
        ["a", 3, new Set(["b", "c", "d"])],
        ["b", 2, new Set(["c", "d"])],
        ["c", 1, new Set(["d"])],
        ["d", 0, new Set()]
      ])
    )
  })

  it("[BC11] nothing is to be remembered under the name of a tab", async () => {
    const [a] = await two()
    expect(a.dialed[0]?.transport.transient).toBe(true)
  })

  it("[BC3] what two say to each other does not reach the others", async () => {
    const name = freshName()
    const [a, b, c] = ["a", "b", "c"].map(address => new Member(name, address)) as [Member, Member, Member]
    for (const tab of [a, b, c]) await tab.until(({ peers }) => peers.peers.length === 2)
    const connection = await a.dial(a.dialed.findIndex(({ transport }) => transport.name.endsWith("/b")))
    await b.until(({ accepted }) => accepted.length === 1)
    const before = c.heard
    const told = b.accepted.map(closing)
    for (let i = 0; i < 100; i++) connection.send(Uint8Array.of(i))
    connection.close({ reason: "closed", message: "" })
    await Promise.all(told)
    expect(c.heard).toBe(before)
  })

  it("[BC4] who leaves says goodbye: links to it are closed, connections end", async () => {
    const [a, b] = await two()
    const connection = await a.dial()
    const ended = closing(connection)
    b.close()
    await a.until(({ peers }) => peers.peers.length === 0)
    expect((await ended).reason).toBe("going-away")
    expect(a.dialed[0]?.closed).toBe(true)
    expect(b.peers.peers).toEqual([])
  })

  it("[BC5] who does not answer for long is gone", async () => {
    const [a, b] = await two()
    b.freeze()
    const dialed = a.dial()
    a.timers.advance(4_999)
    expect(a.peers.peers).toEqual(["b"])
    a.timers.advance(1)
    await expect(dialed).rejects.toMatchObject({ details: { closeReason: "timeout" } })
    expect([a.peers.peers, a.dialed[0]?.closed, a.timers.pending]).toEqual([[], true, 0])
  })

  it("[BC5] a call that was missed is repeated, and answered once", async () => {
    const [a, b] = await two()
    b.freeze()
    const dialed = a.dial()
    a.timers.advance(2_500)
    b.thaw()
    await dialed
    expect([b.accepted.length, a.timers.pending]).toEqual([1, 0])
  })

  it("[BC6] who was taken for gone and is not is found again", async () => {
    const [a, b] = await two()
    b.freeze()
    const dialed = a.dial()
    a.timers.advance(5_000)
    await expect(dialed).rejects.toMatchObject({ code: "link-closed" })
    await b.until(({ held }) => held === 5)
    b.thaw()
    // It answers calls that nobody waits for any more, and that connection falls silent.
    b.accepted[0]?.close({ reason: "timeout", message: "" })
    await a.until(member => member.dialed.length === 2)
    expect((await a.dial(1)).bufferedBytes).toBe(0)
    expect([a.peers.peers, b.peers.peers]).toEqual([["b"], ["a"]])
  })

  it("[BC7] an accept that throws ends that connection only", async () => {
    const errors: unknown[] = []
    const accept = () => {
      throw new Error("full")
    }
    const [a] = await two({ accept, onError: error => errors.push(error) })
    expect((await closing(await a.dial())).reason).toBe("internal")
    expect((await closing(await a.dial())).reason).toBe("internal")
    expect(errors).toMatchObject([{ message: "full" }, { message: "full" }])
  })

  it("[BC8] knows and links a bounded number of others, with a bounded number of connections each", async () => {
    const name = freshName()
    const crowded = new Member(name, "z", { maxPeers: 1 })
    const first = new Member(name, "a")
    await first.until(({ dialed }) => dialed.length === 1)
    const second = new Member(name, "b")
    await second.until(({ peers }) => peers.peers.length === 2)
    expect(crowded.peers.peers).toEqual(["a"])
    for (let i = 0; i < 4; i++)
      await first.dial(first.dialed.findIndex(({ transport }) => transport.name.endsWith("z")))
    const fifth = first.dial(first.dialed.findIndex(({ transport }) => transport.name.endsWith("z")))
    first.timers.advance(5_000)
    await expect(fifth).rejects.toMatchObject({ code: "link-closed" })
  })

  it.each([
    ["lower", "a", "b", "c"],
    ["higher", "z", "a", "b"]
  ])(
    "[BC8] who came when there was no room is linked when there is: a full tab of %s address",
    async (_, ...names) => {
      const channel = freshName()
      const [full, first, late] = names
      const crowded = new Member(channel, full ?? "", { maxPeers: 1 })
      const early = new Member(channel, first ?? "")
      await crowded.until(({ peers }) => peers.peers.length === 1)
      const latecomer = new Member(channel, late ?? "")
      await latecomer.until(({ peers }) => peers.peers.length === 2)
      expect(crowded.peers.peers).toEqual([first])
      early.close()
      await crowded.until(({ peers }) => peers.peers.includes(late ?? ""))
      const dialer = full === "a" ? crowded : latecomer
      await dialer.until(({ dialed }) =>
        dialed.some(({ transport, closed }) => !closed && transport.name.endsWith(full === "a" ? "c" : "z"))
      )
    }
  )

  it.each([
    ["dial", 0],
    ["be dialed", 1]
  ])("[BC12] who crashes before there is a connection is gone: who was to %s", async (_, lost) => {
    const tabs = await two()
    await tabs[1].until(({ peers }) => peers.peers.length === 1)
    tabs[lost === 0 ? 0 : 1].freeze()
    const { peers, timers } = tabs[lost === 0 ? 1 : 0]
    timers.advance(9_999)
    expect(peers.peers).toHaveLength(1)
    timers.advance(1)
    expect([peers.peers, timers.pending]).toEqual([[], 0])
  })

  it("[BC12] who is there and wants no connection is kept, until it crashes", async () => {
    const [a, b] = await two()
    const connection = await a.dial()
    await b.until(({ accepted }) => accepted.length === 1)
    const ended = b.accepted.map(closing)
    expect([a.timers.pending, b.timers.pending]).toEqual([0, 0])
    connection.close({ reason: "closed", message: "" })
    await Promise.all(ended)
    const before = b.heard
    b.timers.advance(5_000)
    await b.until(({ heard }) => heard > before)
    b.timers.advance(9_999)
    expect(b.peers.peers).toEqual(["a"])
    a.freeze()
    b.timers.advance(5_001)
    expect([b.peers.peers, b.timers.pending]).toEqual([[], 0])
  })

  it("[BC9] what is no message of ours is ignored", async () => {
    const name = freshName()
    const a = new Member(name, "a")
    const stranger = new BroadcastChannel(`syncline/${name}`)
    for (const odd of [
      7,
      null,
      { syncline: "hello" },
      { syncline: "hello", from: "x".repeat(65) },
      { from: "b" }
    ])
      stranger.postMessage(odd)
    stranger.postMessage({ syncline: "hello", from: "q" })
    await a.until(({ peers }) => peers.peers.length > 0)
    stranger.close()
    expect(a.peers.peers).toEqual(["q"])
  })
})
