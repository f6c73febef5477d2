import { describe, expect, it } from "vitest"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { FoundFrame, Frame, ReconcileFrame, RootsFrame } from "../sync/frame.ts"
import { maxFoundEntries, maxFoundInFlight, maxOpenUnits } from "../sync/sync-limits.ts"
import { writeFrame } from "../sync/frame-writer.ts"
import { hostileHello, HostilePeer } from "../testing/hostile-peer.ts"
import { LinkFleet } from "../testing/link-fleet.ts"
import { connectLink } from "./connect-link.ts"
import type { Closed } from "./transport.ts"

const junk = new Uint8Array(40).fill(0x7f)
const unknown = (document: string) => ({ document: document as DocumentId, version: Version.empty })

function message(change: Partial<ReconcileFrame> = {}): ReconcileFrame {
  return { kind: "reconcile", unit: 0, level: "rateless", step: "begin", message: junk, ...change }
}

function found(change: Partial<FoundFrame> = {}): FoundFrame {
  const nothing = { only: [], entries: [], forked: [], last: true }
  return { kind: "found", unit: 0, level: "list", ...nothing, ...change }
}

/** Roots that differ from those of the replica in units the replica has. */
function roots(units: readonly string[], documents = 100): RootsFrame {
  const summaries = units.map(collection => ({ collection, root: new Uint8Array(20).fill(3), documents }))
  return { kind: "roots", round: 0, more: false, units: summaries }
}

/** A peer that was let in, said that it has other documents, and then says this. */
async function stranger(...frames: readonly Frame[]): Promise<HostilePeer> {
  const peer = new HostilePeer()
  for (let i = 0; i < 40; i++) peer.fleet.host(0).write(`u${i}/1`, new Uint8Array(3))
  peer.say({ ...hostileHello, root: new Uint8Array(20).fill(9) })
  await peer.fleet.time.advance(100)
  const names = Array.from({ length: 40 }, (_, i) => `u${i}`).sort()
  peer.say(roots(["notes", ...names]))
  for (const frame of frames) {
    peer.say(frame)
    await peer.fleet.time.advance(50)
  }
  return peer
}

async function stillWorks({ fleet }: HostilePeer): Promise<boolean> {
  const link = fleet.connect(1, 0)
  return (await fleet.synced(link)) && fleet.converged
}

/** A replica of 100 documents dials somebody who lets it in, says that it has others, and then says this. */
async function dialed(answer: RootsFrame, ...frames: readonly Frame[]): Promise<readonly string[]> {
  const fleet = new LinkFleet(3, 1)
  for (let i = 0; i < 100; i++) fleet.host(0).write(`notes/${i}`, new Uint8Array(3))
  const said = [{ ...hostileHello, root: new Uint8Array(20).fill(9) }, answer, ...frames]
  const transport = fleet.network.transport("evil", connection => {
    for (const [i, frame] of said.entries())
      fleet.time.schedule(50 * (i + 1), () => connection.send(writeFrame(i + 1, frame)))
  })
  const link = connectLink(fleet.host(0), transport, { backoff: { baseMs: 60_000, maxMs: 60_000 } })
  const reasons: string[] = []
  link.onProblem(problem => problem.kind === "disconnected" && reasons.push(problem.closed.reason))
  await fleet.time.advance(2_000)
  link.close()
  return reasons
}

describe("a stranger that follows no rules", () => {
  it.each<[string, readonly Frame[], Closed["reason"] | undefined]>([
    ["a sketch that is none", [message()], undefined],
    ["ranges that are none", [message({ level: "ranges" })], undefined],
    ["a question to a tree that is none", [message({ level: "merkle" })], "protocol-violation"],
    ["a cheaper level after a surer one", [message({ level: "ranges" }), message()], "protocol-violation"],
    ["a level begun again and again", Array.from({ length: 4 }, () => message()), "protocol-violation"],
    ["an answer nobody waits for", [message({ step: "next" })], "protocol-violation"],
    ["an acceptor's word", [message({ step: "failed" })], "protocol-violation"],
    ["a unit that does not differ", [message({ unit: 41 })], "protocol-violation"],
    ["a listing after another", [found(), found()], "protocol-violation"],
    ["findings of who is asked", [message(), found({ level: "rateless" })], "protocol-violation"],
    ["findings nobody prepared", [found({ level: "ranges" })], "protocol-violation"],
    ["findings of another unit", [found({ entries: [unknown("u1/1")] })], "protocol-violation"],
    [
      "more units at a time than agreed on",
      Array.from({ length: maxOpenUnits + 1 }, (_, unit) => message({ unit, level: "ranges" })),
      "protocol-violation"
    ]
  ])(
    "[SY40] %s ends the connection if no honest peer can say it, and harms nothing",
    async (_, frames, reason) => {
      const peer = await stranger(...frames)
      expect(await peer.outcome()).toBe(reason)
      expect(await stillWorks(peer)).toBe(true)
    }
  )

  it("[SY43] what does not decode is said to have failed, and a surer level is taken", async () => {
    const peer = await stranger(message(), message({ level: "ranges" }))
    await peer.outcome()
    const said = peer.heard.filter(frame => frame.kind === "reconcile")
    expect(said).toMatchObject([
      { level: "rateless", step: "failed" },
      { level: "ranges", step: "failed" }
    ])
    expect(peer.link.metrics.levels.rateless).toMatchObject({ used: 1, inconsistent: 1, decoded: 0 })
  })

  const few = Array.from({ length: maxFoundInFlight }, () => found({ unit: 1, last: false }))
  const many = Array.from({ length: maxFoundEntries / 2 + 1 }, (_, i) => unknown(`u/${i}`))
  it.each([
    ["in number", few],
    ["in documents", [found({ unit: 1, last: false, entries: many }), found({ unit: 1, entries: many })]]
  ])("[SY45] findings beyond what may be unanswered %s end the connection", async (_, findings) => {
    const peer = new HostilePeer({ limits: { batchBytes: 1_000 } })
    for (const id of ["notes/1", "notes/2", "u/1"])
      peer.fleet.host(0).write(id, peer.fleet.random.bytes(20_000))
    peer.say({ ...hostileHello, windowBytes: 4096, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    // What is to be sent because of the first one takes more credit than there is, and cannot overtake itself, so the others wait.
    peer.say(roots(["notes", "u"]), found())
    peer.say(...findings)
    expect(await peer.outcome()).toBe("protocol-violation")
  })

  it("[SY45] a peer that answers none of our findings is told no more than may be unanswered", async () => {
    const peer = new HostilePeer({ limits: { pageEntries: 4 } })
    for (let i = 0; i < 500; i++) peer.fleet.host(0).write(`notes/n${i}`, new Uint8Array(3))
    peer.say({ ...hostileHello, root: new Uint8Array(20).fill(9) })
    await peer.fleet.time.advance(100)
    peer.say(roots(["notes"]), message({ level: "list", message: new Uint8Array() }))
    await peer.outcome()
    expect(peer.heard.filter(({ kind }) => kind === "found")).toHaveLength(maxFoundInFlight)
  })

  it("[SY50] the key is told to who was let in, with roots, and to nobody else", async () => {
    const [refused, admitted] = [new HostilePeer({ authorize: () => ({ refused: "no" }) }), await stranger()]
    refused.say(hostileHello)
    await refused.outcome()
    expect(refused.heard.map(({ kind }) => kind)).toEqual(["close"])
    const told = admitted.heard.find(frame => frame.kind === "roots")
    expect(told?.key).toEqual(admitted.fleet.host(0).unitKey)
  })

  const keyed = { ...roots(["notes"]), key: new Uint8Array(16) }
  it.each<[string, RootsFrame, readonly Frame[]]>([
    ["no key", roots(["notes"]), []],
    ["the first word of a level", keyed, [message()]],
    [
      "an answer that is none of a tree's",
      keyed,
      [
        message({ step: "failed" }),
        message({ level: "ranges", step: "failed" }),
        message({ level: "merkle", step: "next" })
      ]
    ],
    [
      "that even the tree failed",
      keyed,
      [
        message({ step: "failed" }),
        message({ level: "ranges", step: "failed" }),
        message({ level: "merkle", step: "failed" })
      ]
    ],
    ["an answer of another level", keyed, [message({ level: "ranges", step: "next" })]],
    ["findings of another level", keyed, [found({ level: "merkle" })]],
    ["findings after the last ones", keyed, [found({ level: "rateless" }), found({ level: "rateless" })]],
    ["a request to compare, twice", keyed, [{ kind: "compare" }, { kind: "compare" }]]
  ])("[SY40] who is dialed and says %s loses the connection", async (_, answer, frames) => {
    expect(await dialed(answer, ...frames)).toEqual(["protocol-violation"])
  })

  it("[SY46] who is dialed and says over and over that its set changed is asked at the next level in the end", async () => {
    const changed = message({ step: "changed" })
    const frames = [changed, changed, changed, message({ level: "ranges", step: "changed" })]
    expect(await dialed(keyed, ...frames)).toEqual([])
    expect(await dialed(keyed, ...frames, changed)).toEqual(["protocol-violation"])
  })
})
