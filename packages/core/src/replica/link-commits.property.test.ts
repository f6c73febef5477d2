import { VersionVector } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { Commit } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import { actors, history } from "../testing/commit-arbitraries.ts"
import { DocumentMeta } from "./document-meta.ts"
import { linkCommits } from "./link-commits.ts"

/** One document's history with at least one commit. */
const story = history
  .map(commits => commits.filter(({ document }) => document === commits[0]?.document))
  .filter(commits => commits.length > 0)

function metaOf(commits: readonly Commit[]): DocumentMeta {
  const meta = new DocumentMeta(commits[0]?.document ?? ("a/b" as never), emptyFacts("yjs"))
  meta.learnPast(new Map())
  for (const commit of commits) meta.absorb(commit)
  return meta
}

function empty(commits: readonly Commit[]): DocumentMeta {
  return new DocumentMeta(commits[0]?.document ?? ("a/b" as never), emptyFacts("yjs"))
}

const link = (meta: DocumentMeta, commits: readonly Commit[]) =>
  linkCommits(meta, decodeCommits(encodeCommits(commits)))

test("[RX2] commits that follow what is here are accepted with the hashes their author gave them", () => {
  fc.assert(
    fc.property(story, fc.nat(), (commits, at) => {
      const here = at % commits.length
      const { accepted, known, problem } = link(metaOf(commits.slice(0, here)), commits.slice(here))
      expect(problem).toBeUndefined()
      expect([accepted.map(({ hash }) => hash), known]).toEqual([
        commits.slice(here).map(({ hash }) => hash),
        0
      ])
    })
  )
})

test("[RX3] what is here already is known, and changes nothing, in whatever company it comes", () => {
  fc.assert(
    fc.property(story, fc.nat(), (commits, at) => {
      const here = at % (commits.length + 1)
      const { accepted, known, problem } = link(metaOf(commits.slice(0, here)), commits)
      expect([accepted.length, known, problem]).toEqual([commits.length - here, here, undefined])
    })
  )
})

test("[RX4] where something is missing only what builds on it waits; all others are accepted", () => {
  fc.assert(
    fc.property(story, fc.nat(), (commits, at) => {
      const gone = commits[at % commits.length] as Commit
      const rest = commits.filter(commit => commit !== gone)
      const { accepted, aside, problem } = link(empty(commits), rest)
      expect(aside).toEqual([])
      const dots = new Set(accepted.map(({ dot }) => `${dot.actor}${dot.seq}`))
      const meta = empty(commits)
      for (const commit of rest) {
        const fits =
          meta.seqOf(commit.dot.actor) === commit.dot.seq - 1 &&
          commit.dependencies.every(dependency => meta.seqOf(dependency.actor) >= dependency.seq)
        if (fits) meta.absorb(commit)
        // A chain whose end cannot be followed vouches for none of its commits.
        expect(fits || !dots.has(`${commit.dot.actor}${commit.dot.seq}`)).toBe(true)
      }
      const isBuiltOn = accepted.length < rest.length
      expect(problem?.reason).toBe(isBuiltOn ? "missing-dependency" : undefined)
    })
  )
})

test("[RX5] a commit that is not what its sender's hash says is never accepted, nor what builds on it", () => {
  fc.assert(
    fc.property(story, fc.nat(), (commits, at) => {
      const forged = at % commits.length
      const packed = decodeCommits(encodeCommits(commits)).map((commit, i) =>
        i === forged ? { ...commit, update: Uint8Array.from([...commit.update, 1]) } : commit
      )
      const { accepted, problem } = linkCommits(empty(commits), packed)
      const { dot } = commits[forged] as Commit
      expect(accepted.some(commit => commit.dot.actor === dot.actor && commit.dot.seq >= dot.seq)).toBe(false)
      for (const commit of accepted)
        expect(commit.hash).toEqual(
          commits.find(other => other.dot.actor === commit.dot.actor && other.dot.seq === commit.dot.seq)
            ?.hash
        )
      expect(problem?.reason).toBe("invalid")
    })
  )
})

test("[RX5] an honest copy of the same dots in one batch does not vouch for a damaged one", () => {
  fc.assert(
    fc.property(story, fc.nat(), fc.nat(), fc.boolean(), (commits, at, known, inHash) => {
      const packed = decodeCommits(encodeCommits(commits))
      const damaged = packed.map((commit, i) => {
        if (i !== at % packed.length) return commit
        if (inHash && commit.check8 !== undefined) return { ...commit, check8: new Uint8Array(8) }
        return { ...commit, update: Uint8Array.from([...commit.update, 1]) }
      })
      const meta = metaOf(commits.slice(0, known % (commits.length + 1)))
      const { accepted, forks, aside } = linkCommits(meta, [...damaged, ...packed])
      expect([forks, aside]).toEqual([[], []])
      for (const { dot, hash } of accepted)
        expect(hash).toEqual(
          commits.find(other => other.dot.actor === dot.actor && other.dot.seq === dot.seq)?.hash
        )
    })
  )
})

test("[RX6] where another branch of a chain comes in, the first commit under a used dot is found", () => {
  fc.assert(
    fc.property(story, fc.nat(), fc.integer({ min: 1, max: 3 }), (commits, at, length) => {
      const forked = commits[at % commits.length] as Commit
      const { actor, seq } = forked.dot
      const meta = metaOf(commits)
      const branch: Commit[] = []
      for (let i = 0; i < length; i++) {
        const previous = branch.at(-1)?.hash ?? meta.hashAt(actor, seq - 1) ?? new Uint8Array(32)
        const header = { ...forked, kind: "change", dot: { actor, seq: seq + i } } as const
        const { seen: _, hash: __, update: ___, ...plain } = header as Commit
        branch.push(sealCommit(previous, plain, new Uint8Array([9, 9, i])))
      }
      const { accepted, forks, aside, problem } = link(meta, branch)
      expect([accepted.length, problem?.reason, aside.length]).toEqual([0, "forked", length])
      expect(forks.map(fork => [fork.actor, fork.seq, fork.ours, fork.theirs])).toEqual([
        [actor, seq, forked.hash, branch[0]?.hash]
      ])
    })
  )
})

test("[RX25] what is accepted chains onto what is here, whatever pieces of whichever branch come in one batch", () => {
  // Around the place where branches part.
  const near = fc.integer({ min: -1, max: 3 })
  const piece = fc.record({ isTheirs: fc.boolean(), from: near, length: fc.integer({ min: 1, max: 5 }) })
  const pieces = fc.array(piece, { minLength: 1, maxLength: 4 })
  let accepting = 0
  fc.assert(
    fc.property(story, fc.nat(), near, pieces, (commits, place, here, cuts) => {
      const at = place % commits.length
      const theirs = otherBranch(commits, at)
      const meta = metaOf(commits.slice(0, Math.max(0, at + here)))
      const packed = cuts.flatMap(({ isTheirs, from, length }) => {
        const branch = isTheirs ? theirs : commits
        const start = Math.min(Math.max(0, at + from), branch.length - 1)
        return decodeCommits(encodeCommits(branch.slice(start, start + length)))
      })
      const { accepted } = linkCommits(meta, packed)
      accepting += accepted.length
      for (const commit of accepted) {
        const { hash, update, ...plain } = commit
        const previous = meta.hashAt(commit.dot.actor, commit.dot.seq - 1) ?? new Uint8Array(32)
        expect(sealCommit(previous, plain, update).hash).toEqual(hash)
        for (const { actor, seq, hash8 } of commit.dependencies)
          expect(meta.hashAt(actor, seq)?.subarray(0, 8)).toEqual(hash8)
        meta.absorb(commit)
      }
    })
  )
  expect(accepting).toBeGreaterThan(0)
})

/** The same history with other contents in one place, and so with other hashes in all that follows there. */
function otherBranch(commits: readonly Commit[], at: number): readonly Commit[] {
  const made = new Map<string, Uint8Array>()
  return commits.map((commit, i) => {
    const { hash: _, update, ...plain } = commit
    const { actor, seq } = commit.dot
    const dependencies = commit.dependencies.map(dependency => ({
      ...dependency,
      hash8: made.get(`${dependency.actor}${dependency.seq}`)?.subarray(0, 8) ?? dependency.hash8
    }))
    const previous = made.get(`${actor}${seq - 1}`) ?? new Uint8Array(32)
    const sealed = sealCommit(previous, { ...plain, dependencies }, i === at ? new Uint8Array([9]) : update)
    made.set(`${actor}${seq}`, sealed.hash)
    return sealed
  })
}

const [alice, bob] = actors as [(typeof actors)[0] & {}, (typeof actors)[0] & {}]
const header = {
  document: "notes/1",
  kind: "change",
  engine: "yjs",
  stamp: 0,
  genesis: [],
  dependencies: []
} as unknown as Omit<Commit, "dot" | "hash" | "update">
const first = sealCommit(
  new Uint8Array(32),
  { ...header, dot: { actor: alice, seq: 1 } },
  new Uint8Array([1])
)

function problemOf(over: Partial<Commit>): string | undefined {
  const commit = sealCommit(
    new Uint8Array(32),
    { ...header, dot: { actor: bob, seq: 1 }, ...over },
    new Uint8Array()
  )
  return link(metaOf([first]), [commit]).problem?.reason
}

test("[RX7] a commit that names its own chain, or a dependency with another hash, is refused", () => {
  const hash8 = first.hash.subarray(0, 8)
  expect(problemOf({ dependencies: [{ actor: alice, seq: 1, hash8 }] })).toBeUndefined()
  expect(problemOf({ dependencies: [{ actor: alice, seq: 1, hash8: new Uint8Array(8) }] })).toBe("forked")
  expect(problemOf({ dependencies: [{ actor: alice, seq: 2, hash8 }] })).toBe("missing-dependency")
  expect(problemOf({ dependencies: [{ actor: bob, seq: 1, hash8 }] })).toBe("invalid")
})

test("[RX8] a deletion waits for all it claims to have seen, and names itself; nothing else claims anything", () => {
  const seen = (entries: [typeof alice, number][]) => VersionVector.from(entries)
  expect(
    problemOf({
      kind: "delete",
      seen: seen([
        [alice, 1],
        [bob, 1]
      ])
    })
  ).toBeUndefined()
  expect(
    problemOf({
      kind: "delete",
      seen: seen([
        [alice, 2],
        [bob, 1]
      ])
    })
  ).toBe("missing-dependency")
  expect(problemOf({ kind: "delete", seen: seen([[alice, 1]]) })).toBe("invalid")
  expect(
    problemOf({
      kind: "delete",
      seen: seen([
        [alice, 1],
        [bob, 2]
      ])
    })
  ).toBe("invalid")
})

test("[RX9] a chain for which its sender gives no word is refused", () => {
  const [packed] = decodeCommits(encodeCommits([first]))
  if (packed === undefined) throw new Error("the batch is empty")
  const { check8: _, ...mute } = packed
  expect(linkCommits(empty([first]), [packed]).accepted.length).toBe(1)
  expect(linkCommits(empty([first]), [mute]).problem?.reason).toBe("invalid")
})
