import { describe, expect, it } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import type { AttachedLine, PresenceEntry } from "./presence-hook.ts"
import { maxBytesPerSecond } from "./presence-limits.ts"
import { PresenceRoom } from "./presence-room.ts"

const room = "notes/room" as DocumentId
const ada = "ada0ada0ada0ada0"
const bob = "b0b0b0b0b0b0b0b0"

function entry(changes: Partial<PresenceEntry> = {}): PresenceEntry {
  return { peer: ada, document: room, counter: 1, seconds: 30, state: '"here"', withdrawn: false, ...changes }
}

function gone(changes: Partial<PresenceEntry> = {}): PresenceEntry {
  const { state: _, ...rest } = entry(changes)
  return rest
}

/** Presence of one replica, with connections whose other ends the test plays. */
class Bench {
  readonly timers = new ManualTimers()
  nowMs = 1_000_000
  readonly room: PresenceRoom

  constructor() {
    this.room = new PresenceRoom({
      timers: this.timers,
      time: { nowMs: () => this.nowMs },
      randomBytes: length => new Uint8Array(length).fill(0xee),
      warn: () => {}
    })
  }

  /** Connects another end. */
  line(epoch: string, options: { readonly maxFrameBytes?: number } = {}): Far {
    const far = new Far(this)
    far.attached = this.room.attach({
      epoch,
      maxFrameBytes: options.maxFrameBytes ?? 2 ** 18,
      get bufferedBytes() {
        return far.bufferedBytes
      },
      allows: document => document.startsWith("notes/"),
      send: entries => void far.frames.push(entries)
    })
    return far
  }

  get states(): readonly unknown[] {
    return this.room.others(room).map(({ state }) => state)
  }

  /** Lets what was said in this tick be sent, and time pass. */
  async advance(ms: number): Promise<void> {
    for (let passed = 0; passed <= ms; passed += 10) {
      await Promise.resolve()
      this.timers.advance(10)
    }
  }
}

/** The other end of a connection. */
class Far {
  readonly frames: (readonly PresenceEntry[])[] = []
  bufferedBytes = 0
  attached: AttachedLine | undefined
  readonly #bench: Bench

  constructor(bench: Bench) {
    this.#bench = bench
  }

  say(...entries: readonly PresenceEntry[]): void {
    this.attached?.receive(entries, 100)
  }

  hangUp(): void {
    this.attached?.detach()
  }

  /** Everything sent so far, after a moment. */
  async heard(): Promise<readonly PresenceEntry[]> {
    await this.#bench.advance(60)
    return this.frames.flat()
  }
}

describe("what comes in", () => {
  it("[PR12] is passed on to the others, never back", async () => {
    const bench = new Bench()
    const [from, to] = [bench.line("a"), bench.line("b")]
    from.say(entry())
    expect([await from.heard(), await to.heard()]).toEqual([[], [entry()]])
  })

  it("[PR12] is dropped and counted outside of what is granted, and where it is no JSON", () => {
    const bench = new Bench()
    const deep = "[".repeat(2_000) + "]".repeat(2_000)
    const far = bench.line("a")
    far.say(entry({ document: "secret/1" as DocumentId }), entry({ state: "{" }), entry({ state: "" }))
    expect([bench.states, bench.room.counts]).toEqual([[], { states: 0, dropped: 3 }])
    far.say(entry({ state: deep }))
    expect(bench.states).toHaveLength(1)
  })

  it("[PR12] is ignored where it claims to be this replica", async () => {
    const bench = new Bench()
    const [from, to] = [bench.line("a"), bench.line("b")]
    bench.room.show(room, '"me"')
    from.say(entry({ peer: bench.room.self, counter: 1_000 }))
    expect((await to.heard()).map(({ state }) => state)).toEqual(['"me"'])
    expect(bench.room.own(room)).toBe("me")
  })

  it("[PR3] lives on for as long as it was good for where it came from", async () => {
    const bench = new Bench()
    const [from, to] = [bench.line("a"), bench.line("b")]
    from.say(
      entry({ seconds: 5 }),
      entry({ peer: bob, seconds: 255 }),
      entry({ document: "notes/2" as DocumentId, seconds: 0 })
    )
    expect((await to.heard()).map(({ seconds }) => seconds)).toEqual([5, 30])
    await bench.advance(4_000)
    const late = await bench.line("c").heard()
    expect(late.map(({ peer, seconds }) => [peer, seconds])).toEqual([
      [ada, 1],
      [bob, 26]
    ])
    await bench.advance(2_000)
    expect(bench.states).toHaveLength(1)
  })

  it("[PR8] a withdrawal counts only where the state came from", async () => {
    const bench = new Bench()
    const [from, other] = [bench.line("a"), bench.line("b")]
    from.say(entry())
    other.say(gone({ withdrawn: true, counter: 9 }))
    expect(bench.states).toEqual(["here"])
    from.say(gone({ withdrawn: true }))
    expect(bench.states).toEqual([])
    expect((await other.heard()).at(-1)).toMatchObject({ withdrawn: true, counter: 1 })
  })

  it("[PR8] what was withdrawn does not come back another way, unless there is news", () => {
    const bench = new Bench()
    const [from, other] = [bench.line("a"), bench.line("b")]
    from.say(entry())
    from.hangUp()
    other.say(entry())
    expect(bench.states).toEqual([])
    bench.line("a").say(entry())
    expect(bench.states).toEqual(["here"])
    other.say(entry({ counter: 2, state: '"there"' }))
    expect(bench.states).toEqual(["there"])
  })

  it("[PR1] what was cleared does not come back from somebody who heard late", () => {
    const bench = new Bench()
    const [from, other] = [bench.line("a"), bench.line("b")]
    from.say(entry(), gone({ counter: 2 }))
    other.say(entry())
    expect(bench.states).toEqual([])
  })
})

describe("what a peer can make us hold", () => {
  it("[PR13] is bounded for each connection; others still have room", () => {
    const bench = new Bench()
    const [hostile, honest] = [bench.line("h"), bench.line("a")]
    for (let i = 0; i < 5_000; i++)
      hostile.say(entry({ document: `notes/${i % 1_700}` as DocumentId, peer: peerName(i), counter: i + 1 }))
    expect(bench.room.counts).toEqual({ states: 1_024, dropped: 5_000 - 1_024 })
    honest.say(entry({ document: "notes/9999" as DocumentId }))
    expect(bench.room.counts.states).toBe(1_025)
  })

  it("[PR13] is bounded in bytes", () => {
    const bench = new Bench()
    const far = bench.line("h")
    const state = JSON.stringify("x".repeat(4_000))
    for (let i = 0; i < 1_000; i++) far.say(entry({ document: `notes/${i}` as DocumentId, state }))
    expect(bench.room.counts.states).toBeLessThan(2 ** 20 / 4_000)
    far.say(
      entry({ document: "notes/0" as DocumentId, counter: 2 }),
      entry({ document: "notes/new" as DocumentId })
    )
    expect(bench.room.others("notes/0" as DocumentId)[0]?.state).toBe("here")
    expect(bench.room.others("notes/new" as DocumentId)).toHaveLength(1)
  })

  it("[PR13] is bounded for each document, and clears count as long as they are remembered", async () => {
    const bench = new Bench()
    const far = bench.line("h")
    for (let i = 0; i < 300; i++) far.say(entry({ peer: peerName(i) }))
    expect([bench.states.length, bench.room.counts.dropped]).toEqual([256, 44])
    for (let i = 0; i < 2_000; i++) far.say(gone({ peer: peerName(i), counter: 2 }))
    expect(bench.room.counts.states).toBe(0)
    expect(bench.room.counts.dropped).toBeGreaterThan(44 + 900)
    await bench.advance(31_000)
    expect(bench.timers.pending).toBe(0)
    far.say(entry({ peer: bob }))
    expect(bench.states).toEqual(["here"])
  })

  it("[PR13] more than 512 KiB a second is dropped, and no reason to end the connection", () => {
    const bench = new Bench()
    const far = bench.line("h")
    far.attached?.receive([entry()], maxBytesPerSecond)
    far.attached?.receive([entry({ counter: 2, state: "2" })], 1)
    expect([bench.states, bench.room.counts.dropped]).toEqual([["here"], 1])
    bench.nowMs += 1_000
    far.attached?.receive([entry({ counter: 3, state: "3" })], maxBytesPerSecond)
    bench.nowMs -= 1e9
    far.attached?.receive([entry({ counter: 4, state: "4" })], 1)
    expect(bench.states).toEqual([4])
  })
})

describe("what goes out", () => {
  it("[PR14] is cut into frames that the peer takes, one an interval, none lost", async () => {
    const bench = new Bench()
    const far = bench.line("a", { maxFrameBytes: 8_192 })
    const state = JSON.stringify("é".repeat(1_500))
    for (let i = 0; i < 12; i++) bench.room.show(`notes/${i}` as DocumentId, state)
    await bench.advance(1_000)
    expect(far.frames.map(frame => frame.length)).toEqual([2, 2, 2, 2, 2, 2])
    expect(new Set(far.frames.flat().map(({ document }) => document)).size).toBe(12)
  })

  it("[PR7] is only what is granted, of oneself and of others", async () => {
    const bench = new Bench()
    const far = bench.line("a")
    bench.room.show("secret/1" as DocumentId, "1")
    bench.room.show(room, "2")
    expect((await far.heard()).map(({ document }) => document)).toEqual([room])
  })

  it("[PR14] waits while the peer does not read, and is the newest then", async () => {
    const bench = new Bench()
    const far = bench.line("a")
    far.bufferedBytes = 100_000
    for (let i = 0; i < 100; i++) {
      bench.room.show(room, String(i))
      await bench.advance(20)
    }
    expect(far.frames).toEqual([])
    far.bufferedBytes = 0
    expect((await far.heard()).map(({ state }) => state)).toEqual(["99"])
  })

  it("[PR14] is nothing once the connection or the replica is closed, and no timer stays", async () => {
    const bench = new Bench()
    const [left, right] = [bench.line("a"), bench.line("b")]
    left.hangUp()
    bench.room.show(room, "1")
    bench.room.close()
    right.say(entry())
    expect([await left.heard(), await right.heard(), bench.timers.pending, bench.states]).toEqual([
      [],
      [],
      0,
      []
    ])
  })
})

function peerName(i: number): string {
  return i.toString(16).padStart(16, "0")
}
