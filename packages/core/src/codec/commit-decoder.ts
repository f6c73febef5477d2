import type { ActorId, HlcStamp } from "@syncline/clock"
import { actorIdFromBytes, isHlcStamp, isSynclineError, VersionVector } from "@syncline/clock"
import { ByteReader } from "@syncline/clock/bytes"
import { canonicalJson } from "../commit/canonical-json.ts"
import { commitKinds, containerKinds, numberedEngines, untoldEngine } from "../commit/commit-hash.ts"
import type { DocumentId } from "../document/document-id.ts"
import { parseDocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { ContainerRef } from "../document/operation.ts"
import { coreError } from "../errors/core-error.ts"
import { type CommitColumns, commitColumns } from "./commit-columns.ts"
import { commitFlags } from "./commit-encoder.ts"
import { unpack } from "./envelope.ts"
import type { CommitLimits, PackedCommit, PackedDependency } from "./packed-commit.ts"
import { defaultCommitLimits } from "./packed-commit.ts"
import { FilteredUpdates } from "./update-filter.ts"

/** UTF-8 bytes of the longest document id (512 UTF-16 units). */
const maxIdBytes = 1536

/** Longest engine name, in bytes. */
export const maxEngineName = 64

/** Deeper predefined containers than anybody declares. */
const maxContainerDepth = 64

/**
 * Undoes `encodeCommits`. Updates are views of the input where that was not compressed: copy what outlives it.
 *
 * @throws SynclineError `codec-invalid`, `codec-limit`, `document-id-invalid`, or a code of `ByteReader`.
 */
export function decodeCommits(
  bytes: Uint8Array,
  limits: CommitLimits = defaultCommitLimits
): readonly PackedCommit[] {
  return openCommits(bytes, limits).commits()
}

/** A batch of which only the documents were looked at. */
export interface OpenedCommits {
  /** What its commits are of. */
  readonly documents: readonly DocumentId[]
  /** All of them, in their order. To be called once. @throws SynclineError as `decodeCommits` */
  commits(): readonly PackedCommit[]
}

/**
 * What a batch is about, before it costs what its commits do. See `decodeCommits`.
 *
 * @throws SynclineError as `decodeCommits`
 */
export function openCommits(bytes: Uint8Array, limits: CommitLimits = defaultCommitLimits): OpenedCommits {
  return new CommitDecoder(unpack(bytes, limits.maxBytes), limits)
}

/** Reads a container reference as `writeContainer` wrote it. */
export function readContainer(reader: ByteReader): ContainerRef {
  const kind = containerKinds[reader.u8()]
  const depth = reader.varUint(maxContainerDepth)
  if (kind === undefined || depth === 0) throw coreError("codec-invalid", "unknown kind of container")
  return { kind, path: Array.from({ length: depth }, () => reader.varString(maxIdBytes)) }
}

class CommitDecoder implements OpenedCommits {
  readonly documents: readonly DocumentId[]
  readonly #limits: CommitLimits
  readonly #count: number
  readonly #actors: readonly ActorId[]
  readonly #columns: CommitColumns<ByteReader>
  /** What is left once the columns are read. */
  readonly #rest: ByteReader
  /** Absent for a single commit: it differs from none. */
  readonly #updates: FilteredUpdates | undefined
  /** By what `#chain` says. */
  readonly #lastSeq = new Map<number, number>()
  #stamp = 0
  #references = 0

  constructor(content: Uint8Array, limits: CommitLimits) {
    this.#limits = limits
    const reader = new ByteReader(content)
    this.#count = reader.varUint(limits.maxCommits)
    this.documents = Array.from({ length: reader.varUint(this.#count) }, () =>
      parseDocumentId(reader.varString(maxIdBytes))
    )
    // Each actor takes 8 bytes, so what is left bounds how many there can be. Who makes no commit is referred to.
    const mostActors = Math.min(Math.floor(reader.remaining / 8), this.#count + limits.maxReferences)
    this.#actors = Array.from({ length: reader.varUint(mostActors) }, () => actorIdFromBytes(reader.bytes(8)))
    const isSingle = this.#count === 1
    this.#columns = commitColumns(this.#count, () =>
      isSingle ? reader : new ByteReader(reader.varBytes(reader.remaining))
    )
    this.#rest = reader
    this.#updates = isSingle ? undefined : new FilteredUpdates(reader.bytes(reader.remaining))
  }

  commits(): readonly PackedCommit[] {
    const commits: PackedCommit[] = []
    for (let i = 0; i < this.#count; i++) commits.push(this.#next())
    for (const column of Object.values(this.#columns)) column.expectEnd()
    this.#rest.expectEnd()
    this.#updates?.expectEnd()
    return commits
  }

  #next(): PackedCommit {
    const columns = this.#columns
    const flags = columns.flags.u8()
    const kind = commitKinds[flags & 3]
    const documentAt = columns.documents.varUint()
    const actorAt = columns.actors.varUint()
    const document = this.documents[documentAt]
    const actor = this.#actors[actorAt]
    if (kind === undefined || flags > 127 || document === undefined || actor === undefined)
      throw coreError(
        "codec-invalid",
        "a commit of the batch names a kind, document or actor that is not there"
      )
    const chain = this.#chain(actorAt, documentAt)
    const seq = (this.#lastSeq.get(chain) ?? 0) + 1 + columns.seqs.varInt()
    if (!Number.isSafeInteger(seq) || seq < 1)
      throw coreError("codec-invalid", `${seq} is no position in a chain`)
    // Column after column, as the encoder wrote them: they may be one.
    const stamp = this.#nextStamp()
    const dependencies = flags & commitFlags.dependencies ? this.#dependencies(documentAt) : []
    this.#lastSeq.set(chain, seq)
    const dot = { actor, seq }
    // Most commits are as plain as that, and there are many.
    if (flags === 0)
      return {
        document,
        dot,
        kind,
        stamp,
        dependencies,
        engine: untoldEngine,
        genesis: [],
        update: this.#nextUpdate()
      }
    const extras = this.#extras(kind === "delete", flags)
    const check = flags & commitFlags.check ? { check8: columns.checks.bytes(8) } : {}
    return { document, dot, kind, stamp, dependencies, ...extras, update: this.#nextUpdate(), ...check }
  }

  #nextUpdate(): Uint8Array {
    const length = this.#columns.lengths.varUint()
    return this.#updates === undefined ? this.#rest.bytes(length) : this.#updates.next(length)
  }

  /** A number for each actor of each document. */
  #chain(actorAt: number, documentAt: number): number {
    return actorAt * this.documents.length + documentAt
  }

  #nextStamp(): HlcStamp {
    const stamp = this.#stamp + this.#columns.stamps.varInt()
    if (!isHlcStamp(stamp)) throw coreError("codec-invalid", `${stamp} is no clock stamp`)
    this.#stamp = stamp
    return stamp
  }

  #dependencies(documentAt: number): readonly PackedDependency[] {
    const column = this.#columns.dependencies
    const count = this.#refer(column.varUint(this.#limits.maxFanIn))
    const dependencies: PackedDependency[] = []
    for (let i = 0; i < count; i++) {
      const code = column.varUint()
      const actorAt = Math.floor(code / 2)
      const actor = this.#actors[actorAt]
      if (actor === undefined)
        throw coreError("codec-invalid", "a dependency names an actor that is not there")
      const newest = this.#lastSeq.get(this.#chain(actorAt, documentAt)) ?? 0
      const seq = code % 2 === 0 ? newest : newest + column.varInt()
      if (!Number.isSafeInteger(seq) || seq < 1)
        throw coreError("codec-invalid", "a dependency names no commit")
      dependencies.push(code % 2 === 0 ? { actor, seq } : { actor, seq, hash8: column.bytes(8) })
    }
    for (let i = 1; i < count; i++)
      if ((dependencies[i]?.actor ?? "") <= (dependencies[i - 1]?.actor ?? ""))
        throw coreError("codec-invalid", "dependencies are not in canonical order")
    return dependencies
  }

  #extras(isDelete: boolean, flags: number): Pick<PackedCommit, "engine" | "genesis" | "seen" | "meta"> {
    const column = this.#columns.extras
    const engine = flags & commitFlags.engine ? readEngine(column) : untoldEngine
    const genesis =
      flags & commitFlags.genesis
        ? Array.from({ length: column.varUint(this.#limits.maxFanIn) }, () => this.#container(column))
        : []
    const seen = isDelete ? { seen: this.#seen(column) } : {}
    const meta =
      flags & commitFlags.meta ? { meta: parseMeta(column.varString(this.#limits.maxMetaBytes)) } : {}
    return { engine, genesis, ...seen, ...meta }
  }

  #seen(column: ByteReader): VersionVector {
    const { maxFanIn } = this.#limits
    const bytes = column.varBytes(maxFanIn * 16 + 16)
    // The bytes are here already: their number is no concern any more.
    const seen = VersionVector.decode(bytes, { limits: { maxEntries: maxFanIn, maxBytes: bytes.length } })
    this.#refer(seen.size)
    return seen
  }

  #container(column: ByteReader): ContainerRef {
    const container = readContainer(column)
    this.#refer(container.path.length)
    return container
  }

  /** Counts what a commit refers to. */
  #refer(count: number): number {
    this.#references += count
    const { maxReferences } = this.#limits
    if (this.#references > maxReferences)
      throw coreError(
        "codec-limit",
        `the commits of a batch name more than ${maxReferences} others, containers and actors`
      )
    return count
  }
}

function readEngine(reader: ByteReader): string {
  const number = reader.u8()
  const name = number === 0 ? reader.varString(maxEngineName) : numberedEngines[number]
  if (name === undefined)
    throw coreError("codec-invalid", `a commit is of engine ${number}, which has no name here`)
  return name
}

/** Annotations are hashed as text, so exactly one text may stand for them. */
function parseMeta(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw coreError("codec-invalid", "a commit's annotations are not JSON", { cause })
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value) && isCanonical(text, value))
    return value as JsonObject
  throw coreError("codec-invalid", "a commit's annotations are not in canonical form")
}

function isCanonical(text: string, value: object): boolean {
  try {
    return canonicalJson(value as JsonObject) === text
  } catch (error) {
    // `1e999` is read as infinity, which no JSON text stands for.
    if (isSynclineError(error) && error.code === "value-unsupported") return false
    throw error
  }
}
