import type { HlcStamp } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { equalBytes, toHex } from "../codec/hex.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { chainStart, sealCommit } from "../commit/commit-hash.ts"
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
    return { writers, meta, sent, linked: linkCommits(meta, packed) }
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

test("[RX4] where nothing was forked, all is accepted of which everything is here, in whatever pieces it comes", () => {
  fc.assert(
    fc.property(honest, ({ meta, sent, linked: { accepted, forks, suspects, aside, problem } }) => {
      expect([forks, suspects.size, aside]).toEqual([[], 0, []])
      const taken = new Set(accepted.map(keyOf))
      const left: Commit[] = []
      const early = new Set<Commit>()
      for (const commit of sent) {
        const { actor, seq } = commit.dot
        const isNext = meta.seqOf(actor) === seq - 1
        const isEarly = commit.dependencies.some(({ actor: on, seq: at }) => meta.seqOf(on) < at)
        if (isEarly) early.add(commit)
        if (!isNext || isEarly) continue
        if (taken.has(keyOf(commit))) meta.absorb(commit)
        else left.push(commit)
      }
      // The hash that vouches for a chain is that of its end: it cannot be computed where that builds on what is not here by then.
      for (const { dot } of left) {
        const later = sent.filter(one => one.dot.actor === dot.actor && one.dot.seq > dot.seq)
        const follows = (one: Commit) =>
          sent.some(({ dot: { actor, seq } }) => actor === one.dot.actor && seq === one.dot.seq - 1)
        expect(later.some(one => early.has(one) || !follows(one))).toBe(true)
      }
      const isAll = sent.every(({ dot }) => meta.seqOf(dot.actor) >= dot.seq)
      expect(problem?.reason).toBe(isAll ? undefined : "missing-dependency")
    }),
    { numRuns: 300 }
  )
})
