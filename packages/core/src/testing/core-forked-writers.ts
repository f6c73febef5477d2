import type { ActorId, HlcStamp } from "@syncline/clock"
import fc from "fast-check"
import { equalBytes } from "../codec/hex.ts"
import type { Commit } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import { DocumentMeta } from "../replica/document-meta.ts"
import { actors } from "./commit-arbitraries.ts"
import { noteId } from "./core-fixture.ts"

/** What one writer has, in the order in which it came to it. */
export interface ForkedWriter {
  readonly name: ActorId
  readonly log: readonly Commit[]
}

const step = fc.record({
  who: fc.nat(),
  from: fc.nat(),
  kind: fc.constantFrom("change", "change", "delete", "pull", "pull")
} as const)

/**
 * Writers of one document, each under the name given by number. Those who share one make other commits under the same dots. Each takes
 * over what others have as long as that fits what it has itself; so what builds on a branch is spread over chains and names. Commits
 * are without content.
 *
 * @param names default: three write under the first name, two under the second, one under the third.
 */
export function forkedWriters(
  names: readonly number[] = [0, 0, 0, 1, 1, 2]
): fc.Arbitrary<readonly ForkedWriter[]> {
  return fc.array(step, { minLength: 8, maxLength: 40 }).map(steps => {
    const writers = names.map(n => ({ name: actors[n] as ActorId, log: [] as Commit[], meta: newMeta() }))
    for (const [i, { who, from, kind }] of steps.entries()) {
      const writer = writers[who % names.length] as (typeof writers)[number]
      const { name, meta } = writer
      const made = kind === "pull" ? (writers[from % names.length]?.log ?? []) : [nextOf(name, meta, kind, i)]
      if (!made.every(commit => fits(meta, commit))) continue
      for (const commit of made) {
        if (meta.seqOf(commit.dot.actor) >= commit.dot.seq) continue
        meta.absorb(commit)
        writer.log.push(commit)
      }
    }
    return writers.map(({ name, log }) => ({ name, log }))
  })
}

/** Facts with these commits, and what `hashAt` needs to know all of them. */
export function metaWith(commits: readonly Commit[]): DocumentMeta {
  const meta = newMeta()
  for (const commit of commits) meta.absorb(commit)
  return meta
}

function newMeta(): DocumentMeta {
  const meta = new DocumentMeta(noteId, emptyFacts("yjs"))
  meta.learnPast(new Map())
  return meta
}

function nextOf(actor: ActorId, meta: DocumentMeta, kind: "change" | "delete", stamp: number): Commit {
  const dot = { actor, seq: meta.seqOf(actor) + 1 }
  const header = {
    document: noteId,
    dot,
    kind,
    engine: "yjs",
    // What makes it another commit than those of others under its dot.
    stamp: stamp as HlcStamp,
    dependencies: meta.dependenciesOf(actor),
    genesis: [],
    ...(kind === "delete" ? { seen: meta.version.vector.with(dot) } : {})
  }
  return sealCommit(meta.previousHash(actor), header, new Uint8Array())
}

function fits(meta: DocumentMeta, { dot, hash }: Commit): boolean {
  const here = meta.hashAt(dot.actor, dot.seq)
  return here === undefined || equalBytes(here, hash)
}
