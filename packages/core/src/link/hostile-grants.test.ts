import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { toHex } from "../codec/hex.ts"
import { Version } from "../commit/version.ts"
import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { Frame, FoundFrame } from "../sync/frame.ts"
import { maxAsked } from "../sync/sync-limits.ts"
import { hostileHello, HostilePeer } from "../testing/hostile-peer.ts"
import type { Grant } from "./authorization.ts"

const small = new Uint8Array(9)
const other = { ...hostileHello, root: new Uint8Array(20).fill(9) }
/** `open…` may be read, of that `open-w…` written. */
const rule = {
  name: "open ones",
  mayRead: (id: DocumentId) => id.includes("open"),
  mayWrite: (id: DocumentId) => id.includes("open-w")
}
const grant: Grant = { read: ["notes"], documents: rule }
const roots: Frame = {
  kind: "roots",
  round: 0,
  more: false,
  units: [{ collection: "notes", root: new Uint8Array(20).fill(3), documents: 40 }]
}
const visible = Array.from({ length: 20 }, (_, i) => `notes/open${i}`)

/** Somebody who was let in to some documents, and then says this. */
async function admitted(hidden: readonly string[], frames: readonly Frame[] = []): Promise<HostilePeer> {
  const peer = new HostilePeer({ authorize: () => grant })
  for (const id of [...visible, ...hidden]) peer.fleet.host(0).write(id, small)
  peer.say(other)
  await peer.fleet.time.advance(100)
  for (const frame of frames) {
    peer.say(frame)
    await peer.fleet.time.advance(50)
  }
  return peer
}

function commits(peer: HostilePeer, ids: readonly string[]): Frame {
  const bytes = encodeCommits(ids.map(id => peer.fleet.host(1).write(id, small)))
  return { kind: "commits", total: bytes.length, bytes }
}

const entries = (ids: readonly string[]) =>
  ids.map(id => ({ document: parseDocumentId(id), version: Version.empty }))
const ask = (ids: readonly string[]): Frame => ({ kind: "ask", documents: ids.map(parseDocumentId) })
const told = (id: string, change: Partial<FoundFrame> = {}): Frame => ({
  kind: "found",
  unit: 0,
  level: "list",
  only: [],
  entries: entries([id]),
  forked: [],
  last: false,
  ...change
})

describe("a peer that wants more than it was granted", () => {
  it("[GR40] what it may not write is refused document by document, and the rest is taken", async () => {
    const peer = await admitted(["notes/secret"], [roots])
    const before = toHex((await rootOf(peer)) ?? new Uint8Array())
    const ids = ["notes/open1", "notes/secret", "tasks/open-w1", "notes/open-w1"]
    for (const id of ids.slice(0, 2)) peer.say(told(id))
    peer.say(commits(peer, ids))
    await peer.fleet.time.advance(100)
    const refused = peer.heard.flatMap(frame =>
      frame.kind === "reject" ? [`${frame.document} ${frame.reason}`] : []
    )
    expect(new Set(refused)).toEqual(new Set(ids.slice(0, 3).map(id => `${id} not-granted`)))
    expect([...peer.fleet.host(0).commits().keys()]).toContain("notes/open-w1")
    expect(peer.heard.filter(({ kind }) => kind === "want")).toEqual([])
    expect([peer.closed, before === toHex((await rootOf(peer)) ?? small)]).toEqual([undefined, false])
  })

  it("[GR46] content from who may write nothing ends the connection, and is not even decoded", async () => {
    const peer = new HostilePeer({ authorize: () => ({ read: ["notes"], write: [] }) })
    peer.say(other)
    await peer.fleet.time.advance(100)
    peer.say(roots, { kind: "commits", total: 3, bytes: Uint8Array.of(9, 9, 9) })
    expect(await peer.outcome()).toBe("protocol-violation")
    expect(peer.closed?.message).toMatch(/may write nothing/)
  })

  it("[GR47] of a flood that is not taken people hear a hundred, and how many more; it is counted, and the rest is taken", async () => {
    const peer = await admitted([], [roots])
    const problems: string[] = []
    peer.link.onProblem(problem =>
      problems.push(problem.kind === "rejected-more" ? `${problem.documents} more` : problem.kind)
    )
    const ids = Array.from({ length: 3_000 }, (_, i) => `notes/closed${i}`)
    peer.say(commits(peer, [...ids, "notes/open-w1"]))
    await peer.fleet.time.advance(1_000)
    expect(peer.heard.filter(({ kind }) => kind === "reject")).toHaveLength(3_000)
    expect(problems).toEqual([...Array.from({ length: 100 }, () => "rejected"), "2900 more"])
    expect([peer.link.metrics.rejectedHere, peer.closed]).toEqual([3_000, undefined])
    expect([...peer.fleet.host(0).commits().keys()]).toContain("notes/open-w1")
  })

  it("[GR47] while refusals are told, others get their turn", async () => {
    const peer = await admitted([], [roots])
    const ids = Array.from({ length: 4_000 }, (_, i) => `notes/closed${i}`)
    const told = () => peer.link.metrics.rejectedHere
    let atFirstTurn = 0
    const stop = peer.link.onProblem(() => {
      stop()
      peer.fleet.time.schedule(0, () => (atFirstTurn = told()))
    })
    // While this is applied, ten batches come: more than is decoded without a pause.
    peer.say(commits(peer, ["notes/open-w1"]))
    for (let from = 0; from < ids.length; from += 400) peer.say(commits(peer, ids.slice(from, from + 400)))
    await peer.fleet.time.advance(1_000)
    expect([atFirstTurn > 0 && atFirstTurn < 4_000, told()]).toEqual([true, 4_000])
  })

  it("[GR41] what it may not see is answered as what is not there", async () => {
    const peer = await admitted(
      ["notes/secret"],
      [roots, ask(["notes/secret", "notes/nowhere", "notes/open1"])]
    )
    const answer = peer.heard.find(frame => frame.kind === "standing")
    expect(answer?.entries.map(entry => entry?.document)).toEqual([undefined, undefined, "notes/open1"])
  })

  it.each<[string, readonly Frame[]]>([
    ["asking twice without waiting", [ask(["notes/open1"]), ask(["notes/open1"])]],
    ["asking nothing", [ask([])]],
    ["asking too much", [ask(Array.from({ length: maxAsked + 1 }, (_, i) => `notes/${i}`))]],
    ["an answer nobody asked for", [{ kind: "standing", entries: [undefined] }]],
    ["credentials nobody asked for", [{ kind: "renew", credentials: small }]],
    ["a question for credentials", [{ kind: "expiring", inMs: 9 }]]
  ])("[GR42] %s ends the connection", async (_, frames) => {
    const peer = await admitted([], [roots])
    peer.say(...frames)
    expect(await peer.outcome()).toBe("protocol-violation")
  })

  it("[GR43] a unit it was not given is none, whatever it says of it", async () => {
    const units = ["notes", "tasks"].map(collection => ({
      collection,
      root: small.slice(0, 0),
      documents: 9
    }))
    const mine = {
      ...roots,
      units: units.map(unit => ({ ...unit, root: new Uint8Array(20).fill(3) }))
    } as Frame
    const peer = new HostilePeer({ authorize: () => grant })
    for (const id of [...visible, "tasks/open1"]) peer.fleet.host(0).write(id, small)
    peer.say(other)
    await peer.fleet.time.advance(100)
    peer.say(mine, { kind: "reconcile", unit: 1, level: "merkle", step: "begin", message: small })
    expect(await peer.outcome()).toBe("protocol-violation")
    expect(JSON.stringify(peer.heard)).not.toContain("tasks")
  })

  it("[GR44] nothing it is told, nor when, depends on what it may not see", async () => {
    const ids = fc.constantFrom(
      "notes/secret1",
      "notes/secret2",
      "notes/open1",
      "notes/nowhere",
      "tasks/open1"
    )
    const frame = fc.oneof(
      ids.map(id => ask([id])),
      ids.map((id): Frame => ({ kind: "want", entries: entries([id]) })),
      ids.map(id => told(id)),
      ids.map(id => told(id, { entries: [{ document: parseDocumentId(id), version: guessed(id) }] })),
      ids.map(id => told(id, { level: "merkle", only: [new Uint8Array(32).fill(1)], last: true })),
      fc.constantFrom("rateless" as const, "ranges" as const, "merkle" as const, "list" as const).map(
        (level): Frame => ({
          kind: "reconcile",
          unit: 0,
          level,
          step: "begin",
          message: level === "merkle" ? Uint8Array.of(1, 0) : small
        })
      ),
      ids.map(id => ({ kind: "write", id }) as const)
    )
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 6 }), async frames => {
        const worlds = [
          ["notes/secret1", "tasks/open1"],
          ["notes/secret2", "notes/secret2"]
        ]
        const heard = []
        for (const hidden of worlds) {
          const peer = await admitted(hidden, [roots])
          for (const one of frames) {
            peer.say(one.kind === "write" ? commits(peer, [one.id]) : one)
            await peer.fleet.time.advance(20)
            heard.push(`${peer.fleet.time.nowMs()} ${scrubbed(peer.heard)} ${peer.closed?.reason ?? ""}`)
          }
        }
        expect(heard.slice(frames.length)).toEqual(heard.slice(0, frames.length))
      })
    )
  })
})

/** What a peer that guesses well would say of a document of replica 0. */
function guessed(id: string): Version {
  const { fleet } = new HostilePeer()
  const { dot, hash } = fleet.host(0).write(id, small)
  return Version.from([{ ...dot, hash: hash.slice(0, 8) }])
}

async function rootOf(peer: HostilePeer): Promise<Uint8Array | undefined> {
  return (await peer.fleet.host(0).unitRoots())[0]?.root
}

/** What was heard, without hashes of the log: that there is a log, and how long it is, everybody sees. */
function scrubbed(frames: readonly Frame[]): string {
  return JSON.stringify(frames, (key, value: unknown) => {
    if (key === "end" || key === "through") return undefined
    if (value instanceof Version) return toHex(value.encode(8))
    return value instanceof Uint8Array ? toHex(value) : value
  })
}
