import { VersionVector } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import { emptyFacts } from "../commit/document-facts.ts"
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
      for (const commit of commits)
        if (commit.seen !== undefined) expect(pastOfCommit(commit, commits).equals(commit.seen)).toBe(true)
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
    fc.property(history, fc.nat(), (commits, at) => {
      const mine = commits.filter(({ document }) => document === commits[0]?.document)
      const id = mine[0]?.document ?? ("a/b" as never)
      const all = new DocumentMeta(id, emptyFacts("yjs"))
      for (const commit of mine) all.absorb(commit)
      // Two replicas that each know some of it: what one actor had seen, and what was there at some time.
      const some = new DocumentMeta(id, emptyFacts("yjs"))
      const seen =
        mine.length === 0 ? VersionVector.empty : pastOfCommit(mine.at(-1) ?? (mine[0] as never), mine)
      for (const commit of mine) if (seen.has(commit.dot)) some.absorb(commit)
      const others = new DocumentMeta(id, emptyFacts("yjs"))
      for (const commit of mine.slice(0, at % (mine.length + 1))) others.absorb(commit)
      const joined = some.clone()
      joined.join(others.facts())
      for (const commit of mine) if (joined.seqOf(commit.dot.actor) < commit.dot.seq) joined.absorb(commit)
      expect(joined.version.encode()).toEqual(all.version.encode())
      expect([joined.deleted, joined.stamp]).toEqual([all.deleted, all.stamp])
      for (const actor of actors) expect(joined.dependenciesOf(actor)).toEqual(all.dependenciesOf(actor))
    })
  )
})
