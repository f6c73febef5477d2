import { VersionVector } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Commit } from "../commit/commit.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import type { DocumentId } from "../document/document-id.ts"
import { actors, history, pastOfCommit } from "../testing/commit-arbitraries.ts"
import { DocumentMeta } from "./document-meta.ts"

test("[CM8] dependencies and the own chain stand for all that was seen, and none of them for another", () => {
  fc.assert(
    fc.property(history, commits => {
      for (const [i, commit] of commits.entries()) {
        const below = commits.slice(0, i)
        const pasts = commit.dependencies.map(({ actor, seq }) => {
          const found = below.find(
            ({ document, dot }) => document === commit.document && dot.actor === actor && dot.seq === seq
          )
          return found === undefined ? VersionVector.empty : pastOfCommit(found, below)
        })
        for (const [j, { actor, seq }] of commit.dependencies.entries())
          expect(pasts.some((past, k) => k !== j && past.has({ actor, seq }))).toBe(false)
        expect(commit.dependencies.map(({ actor }) => actor)).toEqual(
          commit.dependencies.map(({ actor }) => actor).sort()
        )
      }
    })
  )
})

test("[CM8] a deletion has seen exactly its past", () => {
  fc.assert(
    fc.property(history, commits => {
      const deletions = commits.flatMap(({ seen, ...commit }) =>
        seen === undefined ? [] : [{ seen, commit }]
      )
      for (const { seen, commit } of deletions) expect(pastOfCommit(commit, commits).equals(seen)).toBe(true)
    })
  )
})

test("[CM9] a document is deleted exactly while every commit was seen by some deletion", () => {
  fc.assert(
    fc.property(history, commits => {
      const mine = commits.filter(({ document }) => document === commits[0]?.document)
      const meta = new DocumentMeta(mine[0]?.document ?? ("a/b" as never), emptyFacts("yjs"))
      for (const [i, commit] of mine.entries()) {
        meta.absorb(commit)
        const deletions = mine.slice(0, i + 1).filter(({ kind }) => kind === "delete")
        const unseen = mine
          .slice(0, i + 1)
          .filter(({ dot }) => !deletions.some(({ seen }) => seen?.has(dot) === true))
        expect(meta.deleted).toBe(unseen.length === 0 && deletions.length > 0)
      }
    })
  )
})

test("[CM10] facts joined are the facts of all commits together, in whatever order they came", () => {
  fc.assert(
    fc.property(history, fc.nat(), fc.nat(), (commits, one, other) => {
      const mine = commits.filter(({ document }) => document === commits[0]?.document)
      const knowing = (at: number) => {
        const past =
          mine.length === 0 ? VersionVector.empty : pastOfCommit(mine[at % mine.length] as Commit, mine)
        return metaOf(mine.filter(({ dot }) => past.has(dot)))
      }
      const joined = knowing(one)
      joined.join(knowing(other).facts())
      const expected = metaOf(mine.filter(({ dot }) => joined.version.has(dot)))
      expect(joined.version.encode()).toEqual(expected.version.encode())
      expect([joined.deleted, joined.stamp]).toEqual([expected.deleted, expected.stamp])
      for (const actor of actors) expect(joined.dependenciesOf(actor)).toEqual(expected.dependenciesOf(actor))
    }),
    { numRuns: 500 }
  )
})

function metaOf(commits: readonly Commit[]): DocumentMeta {
  const meta = new DocumentMeta(commits[0]?.document ?? ("a/b" as DocumentId), emptyFacts("yjs"))
  for (const commit of commits) meta.absorb(commit)
  return meta
}

test("[RX7] the hashes a snapshot ends with are known also while it is no base yet and chains go on from it", () => {
  fc.assert(
    fc.property(history, fc.nat(), (commits, cut) => {
      const mine = commits.filter(({ document }) => document === commits[0]?.document)
      const upTo = cut % (mine.length + 1)
      const id = mine[0]?.document ?? ("a/b" as never)
      const snapshot = new DocumentMeta(id, emptyFacts("yjs"))
      const meta = new DocumentMeta(id, emptyFacts("yjs"))
      for (const commit of mine.slice(0, upTo)) snapshot.absorb(commit)
      meta.join(snapshot.facts())
      meta.learnPast(new Map())
      for (const commit of mine.slice(upTo)) meta.absorb(commit)
      for (const { actor, seq, hash } of snapshot.version.entries)
        expect(meta.hashAt(actor, seq)).toEqual(hash)
    })
  )
})
