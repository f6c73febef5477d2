import type { ActorId, HlcStamp } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { equalBytes, toHex } from "../codec/hex.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
import { actors } from "../testing/commit-arbitraries.ts"
import { noteId } from "../testing/core-fixture.ts"
import { type ForkedWriter, forkedWriters, metaWith } from "../testing/core-forked-writers.ts"
import type { DocumentMeta } from "./document-meta.ts"
import { type LinkedCommits, linkCommits } from "./link-commits.ts"

/** What is cut from some writer's log, as one payload brings it; and where it is damaged on the way, if it is. */
const piece = fc.record({
  of: fc.nat(),
  from: fc.nat(),
  length: fc.integer({ min: 1, max: 12 }),
  damage: fc.option(fc.record({ at: fc.nat(), what: fc.constantFrom("stamp", "end", "word", "on") }), {
    freq: 4
  })
})
const pieces = fc.array(piece, { minLength: 1, maxLength: 5 })

interface Case {
  readonly writers: readonly ForkedWriter[]
  readonly meta: DocumentMeta
  readonly sent: readonly Commit[]
  /** The same, as they came. */
  readonly packed: readonly PackedCommit[]
  readonly linked: LinkedCommits
}

function linkedOf(arbitrary: fc.Arbitrary<readonly ForkedWriter[]>, isHonest = false): fc.Arbitrary<Case> {
  return fc.tuple(arbitrary, fc.nat(), fc.nat(), pieces).map(([writers, who, upTo, cuts]) => {
    const { log } = writers[who % writers.length] as ForkedWriter
    const meta = metaWith(log.slice(0, upTo % (log.length + 1)))
    const sent: Commit[] = []
    const packed: PackedCommit[] = []
    for (const { of, from, length, damage } of cuts) {
      const other = writers[of % writers.length]?.log ?? []
      const start = from % (other.length + 1)
      const cut = other.slice(start, start + length)
      const whole = decodeCommits(encodeCommits(cut))
      sent.push(...cut)
      packed.push(
        ...whole.map((one, i) =>
          isHonest || damage?.at === undefined || damage.at % whole.length !== i
            ? one
            : damaged(one, damage.what)
        )
      )
    }
    return { writers, meta, sent, packed, linked: linkCommits(meta, packed) }
  })
}

function damaged(commit: PackedCommit, what: string): PackedCommit {
  const { check8, ...rest } = commit
  const word = check8 === undefined ? {} : { check8 }
  if (what === "stamp") return { ...rest, ...word, stamp: (commit.stamp + 1000) as HlcStamp }
  if (what === "end") return { ...rest, check8: new Uint8Array(8) }
  if (what === "word") return rest
  const dependencies = commit.dependencies.map(one => ({ ...one, hash8: new Uint8Array(8) }))
  return { ...rest, ...word, dependencies }
}

const forked = linkedOf(forkedWriters())
const honest = linkedOf(forkedWriters([0, 1, 2, 3]), true)

const keyOf = ({ hash }: Pick<Commit, "hash">): string => toHex(hash)

test("[RX25] whatever pieces of whichever branches of several chains come in one batch, what is accepted builds on what is here", () => {
  let accepting = 0
  fc.assert(
    fc.property(forked, ({ meta, sent, linked: { accepted } }) => {
      const known = new Set(sent.map(keyOf))
      accepting += accepted.length
      for (const commit of accepted) {
        expect(known.has(keyOf(commit))).toBe(true)
        const { hash, update, ...plain } = commit
        const { actor, seq } = commit.dot
        expect(meta.seqOf(actor)).toBe(seq - 1)
        expect(sealCommit(meta.previousHash(actor), plain, update).hash).toEqual(hash)
        for (const { actor: other, seq: at, hash8 } of commit.dependencies)
          expect(meta.hashAt(other, at)?.subarray(0, 8)).toEqual(hash8)
        meta.absorb(commit)
        for (const [other, at] of commit.seen ?? []) expect(meta.seqOf(other)).toBeGreaterThanOrEqual(at)
      }
    }),
    { numRuns: 500 }
  )
  expect(accepting).toBeGreaterThan(0)
})

test("[RX6] what is put aside is on another branch than what is here, or builds on one", () => {
  fc.assert(
    fc.property(forked, ({ writers, meta, linked: { accepted, aside, forks } }) => {
      for (const { actor, seq, ours, theirs } of forks) {
        expect(meta.hashAt(actor, seq)).toEqual(ours)
        expect(theirs).not.toEqual(ours)
        // There they part, and not before.
        const branch = writers.find(({ log }) => log.some(({ hash }) => equalBytes(hash, theirs)))?.log ?? []
        const before = branch.find(({ dot }) => dot.actor === actor && dot.seq === seq - 1)
        expect(meta.hashAt(actor, seq - 1)).toEqual(before?.hash ?? chainStart)
      }
      for (const commit of accepted) meta.absorb(commit)
      for (const commit of aside) {
        const past = writers
          .map(({ log }) => log)
          .find(log => log.some(other => equalBytes(other.hash, commit.hash)))
        const upTo = past?.slice(0, past.findIndex(other => equalBytes(other.hash, commit.hash)) + 1) ?? []
        const conflict = pastOf(upTo, commit).some(({ dot, hash }) => {
          const ours = meta.hashAt(dot.actor, dot.seq)
          return ours !== undefined && !equalBytes(ours, hash)
        })
        expect(conflict).toBe(true)
      }
    }),
    { numRuns: 500 }
  )
})

/** A commit and all it builds on, of a log that holds all of that. */
function pastOf(log: readonly Commit[], commit: Commit): readonly Commit[] {
  const at = new Map(log.map(one => [`${one.dot.actor}${one.dot.seq}`, one]))
  const past = new Set<Commit>()
  const visit = (one: Commit | undefined) => {
    if (one === undefined || past.has(one)) return
    past.add(one)
    visit(at.get(`${one.dot.actor}${one.dot.seq - 1}`))
    for (const { actor, seq } of one.dependencies) visit(at.get(`${actor}${seq}`))
  }
  visit(commit)
  return [...past]
}

/** A commit at one place of what came. */
interface Place {
  readonly commit: Commit
  /** The place of the one before it on its chain, if that came and not all of it is here. */
  readonly previous: Place | undefined
  /** Whether a word of the sender's covers it which can be checked. */
  isProven: boolean
}

/** Of what came from honest senders, each commit in its place. */
function placesOf({ meta, sent, packed }: Case): readonly Place[] {
  const hashed = new Map<string, Place>()
  const isKnown = (actor: ActorId, seq: number) =>
    hashed.has(`${actor}${seq}`) || meta.hashAt(actor, seq) !== undefined
  return sent.map((commit, i) => {
    const { actor, seq } = commit.dot
    const place: Place = { commit, previous: hashed.get(`${actor}${seq - 1}`), isProven: false }
    const on = packed[i]?.dependencies.filter(({ hash8 }) => hash8 === undefined) ?? []
    const isHashed =
      (seq === 1 || isKnown(actor, seq - 1)) && on.every(other => isKnown(other.actor, other.seq))
    if (isHashed) hashed.set(`${actor}${seq}`, place)
    const isWord = isHashed && packed[i]?.check8 !== undefined
    for (let at = isWord ? place : undefined; at?.isProven === false; at = at.previous) at.isProven = true
    return place
  })
}

test("[RX4] where nothing was forked, all is accepted of which everything is here, in whatever pieces it comes", () => {
  let waiting = 0
  fc.assert(
    fc.property(honest, one => {
      const { writers, meta, sent, linked } = one
      const { accepted, forks, suspects, aside, problem } = linked
      expect([forks, suspects.size, aside]).toEqual([[], 0, []])
      const expected = placesOf(one).filter(({ commit, isProven }) => {
        const { actor, seq } = commit.dot
        const isNext = meta.seqOf(actor) === seq - 1
        const isHere = commit.dependencies.every(on => meta.seqOf(on.actor) >= on.seq)
        if (isProven && isNext && isHere) meta.absorb(commit)
        return isProven && isNext && isHere
      })
      expect(accepted.map(keyOf)).toEqual(expected.map(({ commit }) => keyOf(commit)))
      const isAll = sent.every(({ dot }) => meta.seqOf(dot.actor) >= dot.seq)
      expect(problem?.reason).toBe(isAll ? undefined : "missing-dependency")
      if (!isAll) waiting++
      // What waits is taken once it comes with what it waits for.
      for (const { log } of writers)
        for (const commit of linkCommits(meta, decodeCommits(encodeCommits(log))).accepted)
          meta.absorb(commit)
      expect(writers.every(({ log }) => log.every(({ dot }) => meta.seqOf(dot.actor) >= dot.seq))).toBe(true)
    }),
    { numRuns: 300 }
  )
  expect(waiting).toBeGreaterThan(0)
})

test("[RX4] what builds on a commit that only a later piece proves waits, and is taken when it comes again", () => {
  const [a, b, c] = actors as [ActorId, ActorId, ActorId]
  const a1 = made(a, undefined)
  const a2 = made(a, a1)
  const b1 = made(b, undefined)
  const b2 = made(b, b1, a2)
  const c1 = made(c, undefined, b1)
  const meta = metaWith([])
  // Without `a1` the hash of `a2` is not known, and without that the one of `b2`, which vouches for `b1`.
  const packed = [[b1, a2, b2], [c1], [a1, b1]].flatMap(part => decodeCommits(encodeCommits(part)))
  const first = linkCommits(meta, packed)
  expect([first.accepted.map(keyOf), first.problem?.reason]).toEqual([
    [keyOf(a1), keyOf(b1)],
    "missing-dependency"
  ])
  for (const commit of first.accepted) meta.absorb(commit)
  const second = linkCommits(meta, decodeCommits(encodeCommits([a2, b2, c1])))
  expect([second.accepted.map(keyOf), second.problem]).toEqual([[a2, b2, c1].map(keyOf), undefined])
})

function made(actor: ActorId, before: Commit | undefined, ...on: readonly Commit[]): Commit {
  const dependencies = on.map(({ dot, hash }) => ({ ...dot, hash8: hash.subarray(0, 8) }))
  const dot = { actor, seq: (before?.dot.seq ?? 0) + 1 }
  const header = { document: noteId, dot, kind: "change", engine: "yjs", stamp: 0 as HlcStamp } as const
  return sealCommit(before?.hash ?? chainStart, { ...header, dependencies, genesis: [] }, new Uint8Array())
}
