import { type HlcStamp, VersionVector } from "@syncline/clock"
import { ByteWriter } from "@syncline/clock/bytes"
import { deflateRawSync } from "node:zlib"
import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
import type { DocumentId } from "../document/document-id.ts"
import { actors } from "../testing/commit-arbitraries.ts"
import { openCore, type } from "../testing/core-fixture.ts"
import { decodeCommits, openCommits } from "./commit-decoder.ts"
import { encodeCommits } from "./commit-encoder.ts"
import { unpack } from "./envelope.ts"
import { defaultCommitLimits } from "./packed-commit.ts"

const [alice, bob] = actors as [(typeof actors)[0] & {}, (typeof actors)[0] & {}]

function run(length: number, over: Partial<Commit> = {}): Commit[] {
  const commits: Commit[] = []
  let previous: Uint8Array = chainStart
  for (let seq = 1; seq <= length; seq++) {
    const header = {
      document: "notes/1" as DocumentId,
      kind: "change",
      engine: "yjs",
      stamp: (2 ** 45 + seq * 4096 * 180) as HlcStamp,
      dependencies: [],
      genesis: [],
      ...over,
      dot: { actor: alice, seq }
    } as const
    const commit = sealCommit(previous, header, over.update ?? new Uint8Array([seq & 255]))
    previous = commit.hash
    commits.push(commit)
  }
  return commits
}

function codeOf(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}

/** Bytes of a batch before compression. */
function sizeOf(commits: readonly (Commit | undefined)[]): number {
  return unpack(encodeCommits(commits.filter(commit => commit !== undefined)), 1e7).length
}

test("[CO6] a typing run costs 8 bytes of header a commit, and 40 for the batch, before compression; a single commit 39", () => {
  const update = 1
  // Flags, document, actor, seq, length, and 3 for a stamp 180 ms after the one before.
  expect(sizeOf(run(1001)) - sizeOf(run(1000))).toBe(8 + update)
  expect(sizeOf(run(2)) - 2 * update).toBe(2 * 8 + 40)
  // One column for everything: no lengths of columns. Its stamp is told whole, in 7 bytes.
  expect(sizeOf(run(1)) - update).toBe(39)
})

test("[CO6] 1,000 keystrokes of a replica, each a tick of its own, take 9 bytes of header each and 55 together", async () => {
  let nowMs = Date.UTC(2026, 0)
  const replica = await openCore({ ports: { time: { nowMs: () => (nowMs += 360) } } })
  const state = await replica.load()
  const commits = Array.from({ length: 1_000 }, (_, i) => type(replica, state, "x", i).commit)
  const updates = commits.reduce((sum, { update }) => sum + update.length, 0)
  expect(unpack(encodeCommits(commits), 1e7).length - updates).toBe(9_000 + 55)
})

test.each([
  ["yjs", 0],
  ["automerge", 1],
  ["loro", 6]
])("[CO13] that a commit is of %s takes %i bytes", (engine, bytes) => {
  expect(sizeOf(run(1, { engine })) - sizeOf(run(1))).toBe(bytes)
  expect(decodeCommits(encodeCommits(run(1, { engine })))).toMatchObject([{ engine }])
})

test("[CO13] the number of an engine that this version does not know is refused", () => {
  const bytes = encodeCommits(run(1, { engine: "automerge" }))
  // After it come 8 bytes of check, the length, and one byte of update.
  const at = bytes.length - 11
  expect(bytes[at]).toBe(1)
  bytes[at] = 9
  expect(codeOf(() => decodeCommits(bytes))).toBe("codec-invalid")
})

/** Bob's first commit, which builds on one of Alice's. */
function after(hash8: Uint8Array, seq: number): Commit {
  const dependencies = [{ actor: alice, seq, hash8 }]
  const header = {
    document: "notes/1" as DocumentId,
    kind: "change",
    engine: "yjs",
    genesis: [],
    stamp: 0 as HlcStamp
  } as const
  return sealCommit(chainStart, { ...header, dot: { actor: bob, seq: 1 }, dependencies }, new Uint8Array())
}

test("[CO7] a foreign dependency costs 2 bytes inside the batch, and 11 outside it", () => {
  const [first] = run(1)
  const bare = sizeOf([first, { ...after(new Uint8Array(8), 1), dependencies: [] }])
  expect(sizeOf([first, after(first?.hash.subarray(0, 8) ?? chainStart, 1)]) - bare).toBe(2)
  expect(sizeOf([first, after(new Uint8Array(8), 40)]) - bare).toBe(11)
})

test("[CO8] what exceeds a limit is refused before it takes memory", () => {
  const commits = encodeCommits(run(100, { update: new Uint8Array(1000) }))
  const refused = (limits: Partial<typeof defaultCommitLimits>) =>
    codeOf(() => decodeCommits(commits, { ...defaultCommitLimits, ...limits }))
  expect(refused({ maxBytes: 1_000 })).toBe("codec-limit")
  expect(refused({ maxCommits: 99 })).toBe("bytes-limit")
  expect(refused({ maxCommits: 100, maxBytes: 110_000 })).toHaveLength(100)
})

test("[CO8] a bomb that understates its size stops at what it stated", () => {
  const writer = new ByteWriter()
  writer.u8(1)
  writer.varUint(1_000)
  writer.bytes(deflateRawSync(new Uint8Array(50_000_000)))
  expect(codeOf(() => decodeCommits(writer.finish()))).toBe("codec-limit")
})

test("[CO8] too many dependencies, containers, seen actors or annotations in one commit are refused", () => {
  const tight = { ...defaultCommitLimits, maxFanIn: 1, maxMetaBytes: 10 }
  const refused = (over: Partial<Commit>) => codeOf(() => decodeCommits(encodeCommits(run(1, over)), tight))
  const hash8 = new Uint8Array(8)
  const container = { kind: "map", path: ["a"] } as const
  expect(refused({ dependencies: [{ actor: bob, seq: 1, hash8 }] })).toHaveLength(1)
  expect(
    refused({
      dependencies: [
        { actor: alice, seq: 1, hash8 },
        { actor: bob, seq: 1, hash8 }
      ]
    })
  ).toBe("bytes-limit")
  expect(refused({ genesis: [container, container] })).toBe("bytes-limit")
  expect(refused({ meta: { long: "annotation" } })).toBe("bytes-limit")
  const seen = VersionVector.from([
    [alice, 1],
    [bob, 1]
  ])
  expect(refused({ kind: "delete", seen })).toBe("bytes-limit")
})

test("[CO8] what all commits of a batch name together is bounded, however little each does", () => {
  const refused = (maxReferences: number, over: Partial<Commit>) =>
    codeOf(() => decodeCommits(encodeCommits(run(10, over)), { ...defaultCommitLimits, maxReferences }))
  const dependencies = [{ actor: bob, seq: 1, hash8: new Uint8Array(8) }]
  expect(refused(10, { dependencies })).toHaveLength(10)
  expect(refused(9, { dependencies })).toBe("codec-limit")
  const genesis = [{ kind: "map", path: ["a", "b"] }] as const
  expect(refused(20, { genesis })).toHaveLength(10)
  expect(refused(19, { genesis })).toBe("codec-limit")
  const seen = VersionVector.from([
    [alice, 1],
    [bob, 1]
  ])
  expect(refused(20, { kind: "delete", seen })).toHaveLength(10)
  expect(refused(19, { kind: "delete", seen })).toBe("codec-limit")
})

test("[CO8] a batch names no more actors than there can be something of", () => {
  const writer = new ByteWriter()
  for (const number of [0, 0, 0, 11]) writer.varUint(number)
  writer.bytes(new Uint8Array(11 * 8 + 100))
  const limits = { ...defaultCommitLimits, maxReferences: 10 }
  expect(codeOf(() => decodeCommits(writer.finish(), limits))).toBe("bytes-limit")
})

test("[CO14] a batch says what it is of before anything else of it is looked at", () => {
  const bytes = encodeCommits(run(3)).slice()
  expect(openCommits(bytes).documents).toEqual(["notes/1"])
  expect(openCommits(bytes).commits()).toEqual(decodeCommits(bytes))
  const cut = bytes.subarray(0, bytes.length - 1)
  expect(openCommits(cut).documents).toEqual(["notes/1"])
  expect(codeOf(() => openCommits(cut).commits())).toMatch(/^bytes-/)
})

/** A batch that is not compressed. */
function plain(content: string): Uint8Array {
  return Uint8Array.from([0, ...Buffer.from(content, "latin1")])
}

test("[CO9] annotations in another than the canonical form are refused: their text is what was hashed", () => {
  const [commit] = run(1, { meta: { a: 1, b: 2 } })
  const text = new TextDecoder("latin1").decode(
    unpack(encodeCommits(commit === undefined ? [] : [commit]), 1e6)
  )
  expect(codeOf(() => decodeCommits(plain(text)))).toHaveLength(1)
  expect(codeOf(() => decodeCommits(plain(text.replace('{"a":1,"b":2}', '{"b":2,"a":1}'))))).toBe(
    "codec-invalid"
  )
  expect(codeOf(() => decodeCommits(plain(text.replace('{"a":1,"b":2}', '{"a":1,"b":2,'))))).toBe(
    "codec-invalid"
  )
  // Read as infinity.
  expect(codeOf(() => decodeCommits(plain(text.replace('{"a":1,"b":2}', '{"abc":9e999}'))))).toBe(
    "codec-invalid"
  )
})
