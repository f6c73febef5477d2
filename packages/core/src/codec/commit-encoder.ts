import type { ActorId } from "@syncline/clock"
import { actorIdToBytes } from "@syncline/clock"
import { ByteWriter } from "@syncline/clock/bytes"
import type { Commit } from "../commit/commit.ts"
import { canonicalJson } from "../commit/canonical-json.ts"
import { commitKinds, numberedEngines, untoldEngine, writeContainer } from "../commit/commit-hash.ts"
import { type CommitColumns, commitColumns } from "./commit-columns.ts"
import { Interner } from "./interner.ts"
import { pack } from "./envelope.ts"
import { UpdateFilter } from "./update-filter.ts"

/** Bits of a commit's flag byte above its kind. */
export const commitFlags = { dependencies: 4, genesis: 8, meta: 16, check: 32, engine: 64 } as const

/**
 * Packs commits in columns (see `commitColumns`) and after them the updates, compressed together.
 * Updates stay byte-exact. About 9 bytes of header for a keystroke in a batch, 11 more per new foreign dependency.
 * Commits of one (document, actor) must be consecutive in seq wherever they stand in the batch.
 */
export function encodeCommits(commits: readonly Commit[]): Uint8Array {
  const encoder = new CommitEncoder(commits)
  for (const commit of commits) encoder.add(commit)
  return pack(encoder.finish())
}

class CommitEncoder {
  readonly #documents = new Interner<string>()
  readonly #actors = new Interner<ActorId>()
  readonly #lastSeq = new Map<string, number>()
  readonly #lastOfRun: ReadonlySet<Commit>
  readonly #columns: CommitColumns<ByteWriter>
  readonly #updates: Uint8Array[] = []
  /** The chain of the commit named last. Mostly the next is of the same, and making its name takes longer than all else. */
  #chain = { document: "", actor: "", name: "" }
  #stamp = 0

  constructor(commits: readonly Commit[]) {
    const last = new Map<string, Commit>()
    for (const commit of commits) last.set(this.#chainOf(commit), commit)
    this.#lastOfRun = new Set(last.values())
    this.#columns = commitColumns(commits.length, () => new ByteWriter())
  }

  add(commit: Commit): void {
    const columns = this.#columns
    columns.flags.u8(this.#flagsOf(commit))
    columns.documents.varUint(this.#documents.indexOf(commit.document))
    columns.actors.varUint(this.#actors.indexOf(commit.dot.actor))
    const run = this.#chainOf(commit)
    // Seqs are told as the difference to the one expected, so that a run is a column of zeros.
    columns.seqs.varInt(commit.dot.seq - (this.#lastSeq.get(run) ?? 0) - 1)
    columns.stamps.varInt(commit.stamp - this.#stamp)
    this.#stamp = commit.stamp
    this.#addDependencies(commit)
    this.#lastSeq.set(run, commit.dot.seq)
    this.#addExtras(commit)
    if (this.#lastOfRun.has(commit)) columns.checks.bytes(commit.hash.subarray(0, 8))
    columns.lengths.varUint(commit.update.length)
    this.#updates.push(commit.update)
  }

  finish(): Uint8Array {
    const out = new ByteWriter(256)
    out.varUint(this.#updates.length)
    out.varUint(this.#documents.size)
    for (const document of this.#documents.items) out.varString(document)
    out.varUint(this.#actors.size)
    for (const actor of this.#actors.items) out.bytes(actorIdToBytes(actor))
    const columns = new Set(Object.values(this.#columns))
    for (const column of columns) {
      if (columns.size > 1) out.varUint(column.length)
      out.bytes(column.finish())
    }
    const filter = new UpdateFilter()
    for (const update of this.#updates) out.bytes(filter.toDifference(update))
    return out.finish()
  }

  #chainOf({ document, dot: { actor } }: Commit): string {
    if (this.#chain.actor !== actor || this.#chain.document !== document)
      this.#chain = { document, actor, name: `${actor}${document}` }
    return this.#chain.name
  }

  #flagsOf(commit: Commit): number {
    return (
      commitKinds.indexOf(commit.kind) |
      (commit.dependencies.length > 0 ? commitFlags.dependencies : 0) |
      (commit.genesis.length > 0 ? commitFlags.genesis : 0) |
      (commit.meta === undefined ? 0 : commitFlags.meta) |
      (this.#lastOfRun.has(commit) ? commitFlags.check : 0) |
      (commit.engine === untoldEngine ? 0 : commitFlags.engine)
    )
  }

  #addDependencies(commit: Commit): void {
    if (commit.dependencies.length === 0) return
    const column = this.#columns.dependencies
    column.varUint(commit.dependencies.length)
    for (const { actor, seq, hash8 } of commit.dependencies) {
      // The newest commit of that actor in this batch so far: the reader knows its hash.
      const newest = this.#lastSeq.get(`${actor}${commit.document}`) ?? 0
      column.varUint(this.#actors.indexOf(actor) * 2 + (newest === seq ? 0 : 1))
      if (newest === seq) continue
      column.varInt(seq - newest)
      column.bytes(hash8)
    }
  }

  #addExtras(commit: Commit): void {
    const column = this.#columns.extras
    if (commit.engine !== untoldEngine) {
      const number = Math.max(0, numberedEngines.indexOf(commit.engine))
      column.u8(number)
      if (number === 0) column.varString(commit.engine)
    }
    if (commit.genesis.length > 0) {
      column.varUint(commit.genesis.length)
      for (const container of commit.genesis) writeContainer(column, container)
    }
    if (commit.kind === "delete") column.varBytes(commit.seen?.encode() ?? new Uint8Array())
    if (commit.meta !== undefined) column.varString(canonicalJson(commit.meta))
  }
}
