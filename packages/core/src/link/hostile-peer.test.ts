import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { Version } from "../commit/version.ts"
import { parseDocumentId } from "../document/document-id.ts"
import type { Frame } from "../sync/frame.ts"
import { protocolVersion } from "../sync/frame.ts"
import { maxBatchCommits } from "../sync/sync-limits.ts"
import { hostileHello as hello, HostilePeer } from "../testing/hostile-peer.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { SeededRandom } from "../testing/seeded-random.ts"
import { acceptLink } from "./accept-link.ts"
import { connectLink } from "./connect-link.ts"
import type { Closed } from "./transport.ts"

/** Whether the replica is unharmed and syncs with an honest peer as if nothing had been. */
async function stillWorks({ fleet }: HostilePeer): Promise<boolean> {
  const link = fleet.connect(1, 0)
  return (await fleet.synced(link)) && fleet.converged
}

async function afterGreeting(...frames: readonly Frame[]): Promise<HostilePeer> {
  const peer = new HostilePeer({
    limits: { windowBytes: 4096, maxFrameBytes: 8192, maxPayloadBytes: 16_384 }
  })
  peer.say(hello)
  await peer.fleet.time.advance(100)
  peer.say(...frames)
  return peer
}

const begin: Frame = {
  kind: "reconcile",
  unit: 0,
  level: "rateless",
  step: "begin",
  message: new Uint8Array(9)
}
const found: Frame = {
  kind: "found",
  unit: 0,
  level: "rateless",
  only: [],
  entries: [],
  forked: [],
  last: true
}
const roots: Frame = { kind: "roots", round: 0, more: false, units: [] }

describe("a hostile peer", () => {
  it("[SY20] random bytes are a violation; the replica is untouched", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { minLength: 1, maxLength: 5 }),
        async messages => {
          const peer = new HostilePeer()
          const before = peer.fleet.host(0).contents()
          for (const message of messages) peer.raw(message)
          expect(await peer.outcome()).toBe("protocol-violation")
          expect(peer.fleet.host(0).contents()).toBe(before)
        }
      ),
      { numRuns: 50 }
    )
  })

  it("[SY20] an honest conversation with one message damaged never harms either side", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(30), async (seed, victim) => {
        const fleet = new LinkFleet(seed, 2)
        fleet.write(30)
        const random = new SeededRandom(seed)
        let count = 0
        const transport = fleet.network.transport("0-1", connection => {
          const receive = connection.onMessage.bind(connection)
          // Damages one message on its way to the accepting side.
          connection.onMessage = listener =>
            receive(message => {
              const bytes = message.slice()
              if (count++ === victim) bytes[random.integer(bytes.length)] = random.integer(256)
              listener(bytes)
            })
          acceptLink(fleet.host(1), connection)
        })
        const link = connectLink(fleet.host(0), transport, { backoff: { baseMs: 10, maxMs: 100 } })
        await fleet.time.advance(5_000)
        expect(await fleet.synced(link)).toBe(true)
        expect(fleet.converged).toBe(true)
        link.close()
      }),
      { numRuns: 100 }
    )
  })

  it("[SY21] silence before hello ends with timeout", async () => {
    const peer = new HostilePeer({ limits: { helloTimeoutMs: 3_000 } })
    expect(await peer.outcome(2_900)).toBeUndefined()
    expect(await peer.outcome(200)).toBe("timeout")
    expect(await stillWorks(peer)).toBe(true)
  })

  it("[SY21] a dialed peer that never answers the hello ends with timeout", async () => {
    const fleet = new LinkFleet(2, 1)
    const link = connectLink(
      fleet.host(0),
      fleet.network.transport("mute", () => {})
    )
    const reasons: string[] = []
    link.onProblem(problem => problem.kind === "disconnected" && reasons.push(problem.closed.reason))
    await fleet.time.advance(29_900)
    expect(reasons).toEqual([])
    await fleet.time.advance(200)
    expect(reasons).toEqual(["timeout"])
  })

  it("[SY22] anything but a hello at first, and anything before being let in, is a violation", async () => {
    const first = new HostilePeer()
    first.say({ kind: "ping" })
    const early = new HostilePeer({ authorize: () => new Promise(() => {}) })
    early.say(hello, { kind: "ping" })
    expect([await first.outcome(), await early.outcome()]).toEqual([
      "protocol-violation",
      "protocol-violation"
    ])
  })

  it("[SY23] the acceptor says nothing, not even its hello, to whom it does not let in", async () => {
    const peer = new HostilePeer({ authorize: () => ({ refused: "no" }) })
    peer.say(hello)
    expect(await peer.outcome()).toBe("unauthorized")
    expect(peer.heard.map(({ kind }) => kind)).toEqual(["close"])
  })

  it("[SY24] no common protocol version is said so", async () => {
    const peer = new HostilePeer()
    peer.say({ ...hello, minProtocol: protocolVersion + 1, maxProtocol: 9 })
    expect(await peer.outcome()).toBe("protocol-unsupported")
  })

  it.each<[string, Frame[], Closed["reason"]]>([
    ["hello twice", [hello], "protocol-violation"],
    ["roots of another round", [{ ...roots, round: 3 }], "protocol-violation"],
    ["findings nobody looked for", [found], "protocol-violation"],
    ["a reconciliation before roots", [begin], "protocol-violation"],
    ["a reconciliation of nothing that differs", [roots, begin], "protocol-violation"],
    ["a comparison asked for by who leads it", [roots, { kind: "compare" }], "protocol-violation"],
    ["an answer to no findings", [{ kind: "answered" }], "protocol-violation"],
    ["an ack of what was not sent", [{ kind: "ack", payloads: 1 }], "protocol-violation"],
    ["credit out of nothing", [{ kind: "credit", bytes: 1 }], "flow-control"],
    ["a chunk of nothing", [{ kind: "chunk", bytes: new Uint8Array(10) }], "protocol-violation"],
    [
      "a batch that is none",
      [{ kind: "commits", total: 20, bytes: new Uint8Array(20).fill(7) }],
      "protocol-violation"
    ],
    [
      "more bytes than announced",
      [{ kind: "commits", total: 5, bytes: new Uint8Array(20) }],
      "protocol-violation"
    ],
    ["crumbs", [{ kind: "commits", total: 5000, bytes: new Uint8Array(1) }], "protocol-violation"],
    [
      "a batch above the limit",
      [{ kind: "commits", total: 2 ** 30, bytes: new Uint8Array(2000) }],
      "frame-too-large"
    ],
    [
      "a frame above the limit",
      [{ kind: "commits", total: 9000, bytes: new Uint8Array(9000) }],
      "frame-too-large"
    ],
    [
      "bytes without credit",
      Array.from({ length: 5 }, () => ({
        kind: "commits" as const,
        total: 1000,
        bytes: new Uint8Array(1000)
      })),
      "flow-control"
    ],
    [
      "a snapshot that is not its id",
      [
        {
          kind: "snapshot",
          document: "notes/x" as never,
          id: new Uint8Array(16),
          total: 3,
          offset: 0,
          bytes: new Uint8Array(3)
        }
      ],
      "protocol-violation"
    ],
    [
      "the rest of an unknown snapshot",
      [
        {
          kind: "snapshot",
          document: "notes/x" as never,
          id: new Uint8Array(16),
          total: 30,
          offset: 9,
          bytes: new Uint8Array(3)
        }
      ],
      "protocol-violation"
    ],
    [
      "idle frames out of order",
      [
        {
          kind: "idle",
          number: 0,
          seen: 0,
          round: 0,
          sent: 0,
          applied: 0,
          root: new Uint8Array(20),
          end: hello.end,
          ask: false
        }
      ],
      "protocol-violation"
    ]
  ])("[SY25] %s ends the connection, and only that", async (_, frames, reason) => {
    const peer = await afterGreeting(...frames)
    expect(await peer.outcome()).toBe(reason)
    expect(await stillWorks(peer)).toBe(true)
  })

  it("[SY77] a batch of more commits than any sender puts into one ends the connection", async () => {
    const peer = new HostilePeer()
    peer.say(hello)
    await peer.fleet.time.advance(100)
    const commit = peer.fleet.host(1).write("notes/x", new Uint8Array(1))
    const bytes = encodeCommits(Array.from({ length: maxBatchCommits + 1 }, () => commit))
    peer.say({ kind: "commits", total: bytes.length, bytes })
    expect(await peer.outcome()).toBe("protocol-violation")
    expect(await stillWorks(peer)).toBe(true)
  })

  it("[SY84] a document asked for over and over is sent once, as it stands by the newest word", async () => {
    const peer = new HostilePeer()
    const document = parseDocumentId("notes/1")
    peer.fleet.host(0).write("notes/1", new Uint8Array(3))
    peer.say({ ...hello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    const wish = { document, version: Version.empty }
    const unit = { collection: "notes", root: new Uint8Array(20).fill(3), documents: 40 }
    const wishes: Frame = { kind: "want", entries: Array.from({ length: 4_096 }, () => wish) }
    peer.say({ ...roots, units: [unit] }, wishes)
    await peer.fleet.time.advance(100)
    const sent = peer.heard.flatMap(frame => (frame.kind === "commits" ? decodeCommits(frame.bytes) : []))
    expect(sent).toHaveLength(2)
    // All of them are answered: as many may be asked for again.
    peer.say(wishes)
    await peer.fleet.time.advance(100)
    expect(peer.closed).toBeUndefined()
  })

  it("[SY85] comparisons begun over and over end the connection", async () => {
    const peer = new HostilePeer()
    peer.say({ ...hello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    peer.say(roots)
    const reasons: (string | undefined)[] = []
    for (let round = 1; round <= 40; round++) {
      await peer.fleet.time.advance(10)
      peer.say({ ...roots, round })
      reasons.push(peer.closed?.reason)
    }
    await peer.fleet.time.advance(100)
    expect([reasons[30], peer.closed?.reason]).toEqual([undefined, "protocol-violation"])
    expect(peer.closed?.message).toMatch(/over and over/)
    expect(await stillWorks(peer)).toBe(true)
  })

  it("[SY25] commits outside the grant are refused and change nothing", async () => {
    const peer = new HostilePeer({ authorize: () => ({ read: ["granted"] }) })
    const commits = ["granted/1", "secret/1"].map(id => peer.fleet.host(1).write(id, new Uint8Array(9)))
    peer.say({ ...hello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    const bytes = encodeCommits(commits)
    peer.say(roots, { kind: "commits", total: bytes.length, bytes })
    await peer.fleet.time.advance(100)
    expect(peer.heard).toContainEqual(
      expect.objectContaining({ kind: "reject", document: "secret/1", reason: "not-granted" })
    )
    expect((await peer.fleet.host(0).unitRoots()).map(({ collection }) => collection)).toEqual([
      "granted",
      "notes"
    ])
  })

  it("[SY35] a document outside the grant is not sent to who asks for it", async () => {
    const peer = new HostilePeer({ authorize: () => ({ read: ["granted"] }) })
    peer.fleet.host(0).write("granted/1", new Uint8Array(9))
    peer.say({ ...hello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    const entries = ["notes/1", "granted/1"].map(document => ({
      document: parseDocumentId(document),
      version: Version.empty
    }))
    peer.say(roots, { kind: "want", entries })
    await peer.fleet.time.advance(100)
    const sent = peer.heard.flatMap(frame =>
      frame.kind === "commits" && frame.total > 0 ? decodeCommits(frame.bytes) : []
    )
    expect(new Set(sent.map(({ document }) => document))).toEqual(new Set(["granted/1"]))
  })

  it("[SY26] a peer without credit for us makes us hold next to nothing, however much is written", async () => {
    const peer = new HostilePeer()
    peer.say({ ...hello, windowBytes: 4096, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    peer.say(roots)
    await peer.fleet.time.advance(100)
    for (let i = 0; i < 2_000; i++) peer.fleet.host(0).write("notes/1", peer.fleet.random.bytes(1_000))
    await peer.fleet.time.advance(1_000)
    const sent = peer.heard.reduce(
      (sum, frame) => sum + ("bytes" in frame && frame.kind !== "credit" ? frame.bytes.length : 0),
      0
    )
    expect(sent).toBeLessThanOrEqual(4096)
    expect(sent).toBeGreaterThan(0)
  })

  it("[SY27] a peer that goes silent is asked, then given up", async () => {
    const peer = new HostilePeer({ limits: { pingIntervalMs: 1_000, pingTimeoutMs: 500 } })
    peer.say(hello)
    await peer.fleet.time.advance(2_200)
    expect(peer.heard.map(({ kind }) => kind)).toContain("ping")
    expect(await peer.outcome(2_500)).toBe("timeout")
  })

  it("[SY34] a peer that answers pings but never what was asked is given up", async () => {
    const peer = new HostilePeer({ limits: { stallTimeoutMs: 5_000, pingIntervalMs: 1_000 } })
    peer.say({ ...hello, root: new Uint8Array(20).fill(9) })
    for (let i = 0; i < 9; i++) {
      await peer.fleet.time.advance(1_000)
      peer.say({ kind: "pong" }, { kind: "ping" })
    }
    expect(await peer.outcome(2_000)).toBe("timeout")
  })

  it("[SY34] nor do credentials that are renewed in time hold a link on which nothing else comes", async () => {
    const peer: HostilePeer = new HostilePeer({
      limits: { stallTimeoutMs: 5_000, pingIntervalMs: 1_000 },
      authorize: () => ({ read: "all", expiresAt: peer.fleet.time.nowMs() + 2_500 })
    })
    peer.say({ ...hello, root: new Uint8Array(20).fill(9), credentials: new Uint8Array(1) })
    let renewed = 0
    for (let i = 0; i < 18 && peer.closed === undefined; i++) {
      await peer.fleet.time.advance(500)
      peer.say({ kind: "pong" }, { kind: "ping" })
      const asked = peer.heard.filter(({ kind }) => kind === "expiring").length
      if (asked > renewed) peer.say({ kind: "renew", credentials: new Uint8Array(++renewed) })
    }
    expect(renewed).toBeGreaterThan(2)
    expect(await peer.outcome(2_000)).toBe("timeout")
  })

  it("[SY28] a half-open connection is noticed on both sides and replaced", async () => {
    const fleet = new LinkFleet(3, 2)
    const limits = { pingIntervalMs: 1_000, pingTimeoutMs: 500 }
    const link = fleet.connect(0, 1, { limits, backoff: { baseMs: 10, maxMs: 100 } }, { limits })
    await fleet.time.advance(500)
    fleet.network.partition("0-1")
    await fleet.time.advance(4_000)
    expect([link.status, fleet.accepted[0]?.status]).not.toContain("live")
    fleet.network.heal()
    fleet.host(1).write("notes/1", fleet.random.bytes(3))
    expect(await fleet.synced(link)).toBe(true)
    expect(fleet.converged).toBe(true)
  })

  it("[SY29] one hostile link does not disturb another of the same replica", async () => {
    const peer = new HostilePeer()
    const honest = peer.fleet.connect(1, 0)
    await peer.fleet.time.advance(500)
    for (let i = 0; i < 100; i++) peer.raw(peer.fleet.random.bytes(100))
    peer.fleet.host(1).write("notes/2", peer.fleet.random.bytes(10))
    expect(await peer.fleet.synced(honest)).toBe(true)
    expect([peer.closed?.reason, honest.status, peer.fleet.converged]).toEqual([
      "protocol-violation",
      "live",
      true
    ])
  })
})
