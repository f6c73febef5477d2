import type { ActorId, HlcStamp } from "@syncline/clock"
import type { Commit, CommitKind } from "../commit/commit.ts"
import { sealCommit } from "../commit/commit-hash.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import type { Conflict } from "../conflict/conflict.ts"
import { ConflictIndex } from "../conflict/conflict-index.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Operation } from "../document/operation.ts"
import type { Engine, EngineDocument } from "../engine/engine.ts"
import type { FootprintReader } from "../engine/footprint.ts"
import { DocumentMeta } from "../replica/document-meta.ts"
import { nextHeader } from "../replica/next-header.ts"
import { ContractViolation } from "./contract-assert.ts"
import { openDocument } from "./engine-case.ts"

const id = "notes/1" as DocumentId

/** One copy of a document, with what finds its conflicts. */
export interface ConflictMember {
  readonly actor: ActorId
  readonly document: EngineDocument
  readonly meta: DocumentMeta
  readonly index: ConflictIndex
  readonly updates: Uint8Array[]
  readonly reader: FootprintReader
  /** An index of the document that has not been given anything. */
  readonly again: () => ConflictIndex
  readonly records: Map<string, Conflict>
}

/** Copies of one document that make commits and take each other's, without replicas around them. */
export class ConflictFleet {
  readonly members: readonly ConflictMember[]
  /** All commits, each after what it builds on. */
  readonly commits: Commit[] = []
  readonly #engine: Engine
  #stamp = 1

  constructor(engine: Engine, size: number) {
    this.#engine = engine
    this.members = Array.from({ length: size }, (_, at) => this.join(`${at + 1}`.repeat(16) as ActorId))
  }

  /** A copy without commits, which makes none. */
  join(actor: ActorId = "f".repeat(16) as ActorId): ConflictMember {
    const document = openDocument(this.#engine)
    const updates: Uint8Array[] = []
    const reader = document.footprints?.({ updates })
    if (reader === undefined) throw new ContractViolation(`engine ${this.#engine.name} has no footprints`)
    const meta = new DocumentMeta(id, emptyFacts(this.#engine.name))
    const again = (): ConflictIndex => new ConflictIndex(id, reader)
    return { actor, document, meta, updates, reader, again, index: again(), records: new Map() }
  }

  member(at: number): ConflictMember {
    const member = this.members[at % this.members.length]
    if (member === undefined) throw new RangeError("the fleet is empty")
    return member
  }

  /** Makes a commit; nothing if the operations change nothing. */
  edit(member: ConflictMember, operations: readonly Operation[], author?: string): Commit | undefined {
    const change = member.document.change(operations)
    if (change === undefined) return undefined
    return this.#commit(member, "change", change.update, change.containers, author)
  }

  /** Deletes the document, or brings it back. */
  bare(member: ConflictMember, kind: CommitKind): Commit {
    return this.#commit(member, kind, new Uint8Array(), [])
  }

  /** Delivers a commit whose dependencies are there. */
  deliver(member: ConflictMember, commit: Commit): void {
    member.document.ensureGenesis(commit.genesis)
    if (commit.update.length > 0) member.document.apply([commit.update])
    this.#absorb(member, commit)
  }

  /** What could be delivered next. */
  possible(member: ConflictMember): readonly Commit[] {
    const has = (actor: ActorId, seq: number) => member.meta.seqOf(actor) >= seq
    return this.commits.filter(
      ({ dot, dependencies }) =>
        member.meta.seqOf(dot.actor) === dot.seq - 1 &&
        dependencies.every(({ actor, seq }) => has(actor, seq))
    )
  }

  #commit(
    member: ConflictMember,
    kind: CommitKind,
    update: Uint8Array,
    genesis: Commit["genesis"],
    author?: string
  ): Commit {
    const header = nextHeader(member.meta, member.actor, this.#stamp++ as HlcStamp, {
      kind,
      genesis,
      ...(author === undefined ? {} : { meta: { author } })
    })
    const commit = sealCommit(member.meta.previousHash(member.actor), header, update)
    this.commits.push(commit)
    this.#absorb(member, commit)
    return commit
  }

  #absorb(member: ConflictMember, commit: Commit): void {
    member.meta.absorb(commit)
    for (const container of commit.genesis) member.updates.push(this.#engine.genesis(container))
    if (commit.update.length > 0) member.updates.push(commit.update)
    member.index.add(commit)
    const { written, gone } = member.index.take()
    for (const former of gone) member.records.delete(former)
    for (const record of written) member.records.set(record.id, record)
  }
}
