import { type HlcStamp, VersionVector } from "@syncline/clock"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { DocumentId } from "../document/document-id.ts"
import { actors, bytes, history } from "../testing/commit-arbitraries.ts"
import { canonicalJson } from "./canonical-json.ts"
import type { Commit } from "./commit.ts"
import { chainStart, hashCommit } from "./commit-hash.ts"

const changed: readonly ((commit: Commit) => Commit)[] = [
  commit => ({ ...commit, document: `${commit.document}x` as DocumentId }),
  commit => ({ ...commit, dot: { ...commit.dot, seq: commit.dot.seq + 1 } }),
  commit => ({
    ...commit,
    dot: { ...commit.dot, actor: actors.find(actor => actor !== commit.dot.actor) ?? commit.dot.actor }
  }),
  commit => ({ ...commit, kind: commit.kind === "change" ? "undelete" : "change" }),
  commit => ({ ...commit, engine: `${commit.engine}x` }),
  commit => ({ ...commit, stamp: (commit.stamp + 1) as HlcStamp }),
  commit => ({
    ...commit,
    dependencies: [...commit.dependencies, { ...commit.dot, hash8: new Uint8Array(8) }]
  }),
  commit => ({ ...commit, genesis: [...commit.genesis, { kind: "map", path: ["more"] }] }),
  commit => ({ ...commit, seen: (commit.seen ?? VersionVector.empty).with({ ...commit.dot, seq: 99 }) }),
  commit => ({ ...commit, meta: { ...commit.meta, more: 1 } }),
  commit => ({ ...commit, update: Uint8Array.from([...commit.update, 0]) })
]

test("[CM1] whatever is changed of a commit changes its hash, and so do other predecessors", () => {
  fc.assert(
    fc.property(
      history,
      fc.constantFrom(...changed),
      bytes({ minLength: 32, maxLength: 32 }),
      (commits, change, previous) => {
        for (const commit of commits) {
          const hash = hashCommit(chainStart, commit, commit.update)
          const other = change(commit)
          expect(hashCommit(chainStart, other, other.update)).not.toEqual(hash)
          expect(hashCommit(previous, commit, commit.update)).not.toEqual(hash)
        }
      }
    ),
    { numRuns: 50 }
  )
})

test("[CM2] annotations are hashed as a text that the order of their keys does not change", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
      const plain = JSON.parse(JSON.stringify(value)) as NonNullable<Commit["meta"]>
      const turned = Object.fromEntries(Object.entries(plain).reverse())
      const text = canonicalJson(plain)
      expect(canonicalJson(turned)).toBe(text)
      expect(JSON.parse(text)).toEqual(plain)
    })
  )
})

test("[CM2] annotations that could not be read again are refused", () => {
  const bad: unknown[] = [undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol("s")]
  for (const value of bad)
    expect(() => canonicalJson({ deep: [{ value: value as null }] })).toThrow(
      expect.objectContaining({ code: "value-unsupported" })
    )
  let deep: NonNullable<Commit["meta"]> = {}
  for (let i = 0; i < 200; i++) deep = { deep }
  expect(() => canonicalJson(deep)).toThrow(expect.objectContaining({ code: "codec-limit" }))
})
