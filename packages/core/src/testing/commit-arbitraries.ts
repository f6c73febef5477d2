import { type ActorId, actorIdFromBytes, type HlcStamp, VersionVector } from "@syncline/clock"
import fc from "fast-check"
import type { Commit, CommitKind, Dependency } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import { type DocumentFacts, emptyFacts } from "../commit/document-facts.ts"
import { Version, type VersionEntry } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { ContainerRef } from "../document/operation.ts"
import { DocumentMeta } from "../replica/document-meta.ts"

/** Few actors, so that chains grow and meet. */
export const actors: readonly ActorId[] = [1, 2, 3, 4].map(n =>
  actorIdFromBytes(new Uint8Array(8).fill(n * 17))
)

const documents = ["notes/a", "notes/b", "tasks/ü€𝄞"] as DocumentId[]

/** Bytes of some length. */
export function bytes(options: fc.IntArrayConstraints = { maxLength: 60 }): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array(options).map(array => Uint8Array.from(array))
}

const containers: fc.Arbitrary<ContainerRef[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("map" as const, "list" as const, "text" as const, "counter" as const),
    path: fc.array(fc.constantFrom("a", "body", "ü"), { minLength: 1, maxLength: 3 })
  }),
  { maxLength: 2 }
)

/** One step of a history: who writes where, what it has just been told by whom, and what it writes. */
const step = fc.record({
  document: fc.constantFrom(...documents),
  actor: fc.nat({ max: actors.length - 1 }),
  from: fc.nat({ max: actors.length - 1 }),
  kind: fc.constantFrom<CommitKind>("change", "change", "change", "delete", "undelete"),
  update: bytes(),
  engine: fc.constantFrom("yjs", "yjs", "automerge", "loro"),
  stamp: fc.integer({ min: 0, max: 2 ** 50 }),
  genesis: containers,
  meta: fc.option(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }), {
    nil: undefined,
    freq: 3
  })
})

/**
 * Histories: commits of several documents in an order that respects dependencies. Each actor writes on what it knows,
 * and now and then takes over what another one knows.
 */
export const history: fc.Arbitrary<readonly Commit[]> = fc.array(step, { maxLength: 40 }).map(steps => {
  const known = new Map<string, DocumentMeta>()
  const metaOf = (actor: number, id: DocumentId) => {
    const key = `${actor}${id}`
    const meta = known.get(key) ?? new DocumentMeta(id, emptyFacts("yjs"))
    known.set(key, meta)
    return meta
  }
  return steps.map(({ document, actor, from, kind, engine, update, stamp, genesis, meta }) => {
    const mine = metaOf(actor, document)
    mine.join(metaOf(from, document).facts())
    const author = actors[actor] as ActorId
    const dot = { actor: author, seq: mine.seqOf(author) + 1 }
    const commit = sealCommit(
      mine.previousHash(author),
      {
        document,
        dot,
        kind,
        engine,
        stamp: stamp as HlcStamp,
        dependencies: mine.dependenciesOf(author),
        genesis,
        ...(kind === "delete" ? { seen: mine.version.vector.with(dot) } : {}),
        // As it will be read: a text has no `-0` and no `__proto__`.
        ...(meta === undefined
          ? {}
          : { meta: JSON.parse(JSON.stringify(meta)) as NonNullable<Commit["meta"]> })
      },
      update
    )
    mine.absorb(commit)
    return commit
  })
})

/** Versions over few actors, seqs and hashes, so that all relations occur. */
export const version: fc.Arbitrary<Version> = fc
  .array(
    fc.record({
      actor: fc.constantFrom(...actors),
      seq: fc.integer({ min: 1, max: 3 }),
      branch: fc.constantFrom(0, 0, 0, 1)
    }),
    { maxLength: 4 }
  )
  .map(entries => Version.from(entries.map(({ actor, seq, branch }) => entry(actor, seq, branch))))

/** An entry whose hash follows from its seq and branch, and so is the same wherever they are. */
export function entry(actor: ActorId, seq: number, branch = 0): VersionEntry {
  return { actor, seq, hash: new Uint8Array(32).fill(seq * 16 + branch) }
}

/** Facts of documents, as heads hold them. */
export const facts: fc.Arbitrary<DocumentFacts> = fc
  .tuple(history, version, fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat()), fc.boolean())
  .map(([commits, base, [basePosition, baseBytes, tailCommits, tailBytes], isForked]) => {
    const meta = new DocumentMeta(documents[0] as DocumentId, emptyFacts("yjs"))
    for (const commit of commits) if (commit.document === meta.id) meta.absorb(commit)
    if (isForked) for (const { actor } of meta.version.entries) meta.markForked(actor)
    return { ...meta.facts(), base, basePosition, baseBytes, tailCommits, tailBytes }
  })

/** What a commit stands on: its dots by the dependencies and its own chain, down to the ground. */
export function pastOfCommit(commit: Commit, all: readonly Commit[]): VersionVector {
  const byDot = new Map(
    all.filter(({ document }) => document === commit.document).map(other => [keyOf(other.dot), other])
  )
  const seen = new Map<string, Commit>()
  const visit = (dot: Pick<Dependency, "actor" | "seq">) => {
    const found = byDot.get(keyOf(dot))
    if (found === undefined || seen.has(keyOf(dot))) return
    seen.set(keyOf(dot), found)
    visit({ actor: dot.actor, seq: dot.seq - 1 })
    found.dependencies.forEach(visit)
  }
  visit(commit.dot)
  return [...seen.values()].reduce((vector, { dot }) => vector.with(dot), VersionVector.empty)
}

function keyOf({ actor, seq }: Pick<Dependency, "actor" | "seq">): string {
  return `${actor}:${seq}`
}
