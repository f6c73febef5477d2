import { type Dot, hlcStampToParts } from "@syncline/clock"
import type { BaseEnvelope } from "../codec/facts-codec.ts"
import { toHex } from "../codec/hex.ts"
import type { Commit } from "../commit/commit.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import { decodeRecord } from "../history/commit-reader.ts"
import type { DocumentSetup } from "../replica/document-loader.ts"
import { DocumentMeta } from "../replica/document-meta.ts"
import { sealPacked } from "../replica/past-hashes.ts"
import { applyCommits } from "../replica/rebuild.ts"
import type { StoredRecord } from "../store/store.ts"
import type { AuditedCommit, AuditTime } from "./audit-entry.ts"
import { auditedAnnotations } from "./reply-note.ts"
import { valueChange } from "./value-change.ts"

/** Commits gone past before they are brought into the engine: many at once cost it less than one after the other. */
const maxWaiting = 1_024

/** What an entry says of a commit, but for its place. */
export type TakenCommit = Omit<AuditedCommit, "document" | "index">

/**
 * A document that is lived through again, from its base on, in the order in which this replica took its commits in: the
 * order of its log. The replay has an engine document of its own.
 */
export class TrailReplay {
  /** Facts with everything gone past. */
  readonly meta: DocumentMeta
  readonly #id: DocumentId
  readonly #document: EngineDocument
  readonly #maxPatchBytes: number
  #waiting: Commit[] = []
  #value: JsonObject | undefined

  constructor(id: DocumentId, setup: DocumentSetup, base: BaseEnvelope | undefined, maxPatchBytes: number) {
    const { engine, shape, identity } = setup
    this.#id = id
    this.#maxPatchBytes = maxPatchBytes
    this.meta = new DocumentMeta(id, base?.facts ?? emptyFacts(engine.name))
    this.#document = engine.open({
      shape,
      identity,
      ...(base === undefined ? {} : { snapshot: base.snapshot })
    })
  }

  /** What the document holds with everything gone past. */
  get value(): JsonObject {
    this.#apply()
    this.#value ??= this.#document.value()
    return this.#value
  }

  /** The commits of a record that are not in the base. Each is to be gone past, or taken, before the next is asked for. */
  *commitsOf(record: StoredRecord): Generator<Commit> {
    const hashes = new Map<string, Uint8Array>()
    for (const packed of decodeRecord(record)) {
      if (this.meta.base.has(packed.dot)) continue
      const commit = sealPacked(
        packed,
        (actor, seq) => this.meta.hashAt(actor, seq) ?? hashes.get(`${actor}${seq}`)
      )
      hashes.set(`${packed.dot.actor}${packed.dot.seq}`, commit.hash)
      yield commit
    }
  }

  /** Goes past a commit. */
  pass(commit: Commit): void {
    this.meta.absorb(commit)
    this.#waiting.push(commit)
    this.#value = undefined
    if (this.#waiting.length === maxWaiting) this.#apply()
  }

  /** Goes past a commit and says what it was and did. */
  take(commit: Commit): TakenCommit {
    const { dot, hash, kind, stamp, meta } = commit
    const before = this.value
    const concurrent = !coversTips(this.meta, commit)
    this.pass(commit)
    return {
      type: "commit",
      actor: dot.actor,
      seq: dot.seq,
      hash: toHex(hash),
      kind,
      ...auditTime(stamp),
      concurrent,
      ...auditedAnnotations(meta),
      ...valueChange(before, this.value, this.#maxPatchBytes)
    }
  }

  destroy(): void {
    this.#document.destroy()
  }

  #apply(): void {
    if (this.#waiting.length === 0) return
    const waiting = this.#waiting
    this.#waiting = []
    try {
      applyCommits(this.#document, waiting)
    } catch (cause) {
      throw coreError(
        "document-unreadable",
        `the audit trail of "${this.#id}" cannot be made: its log does not replay; run checkIntegrity()`,
        { cause, details: { document: this.#id } }
      )
    }
  }
}

/** A stamp, and the time it means. */
export function auditTime(stamp: AuditTime["stamp"]): Pick<AuditTime, "time" | "stamp"> {
  return { time: new Date(hlcStampToParts(stamp).unixMs).toISOString(), stamp }
}

/** Whether a commit builds on all that is there: on the end of each chain that no other builds on. */
function coversTips(meta: DocumentMeta, { dot, dependencies }: Commit): boolean {
  const seen = new Set<string>([nameOf({ actor: dot.actor, seq: dot.seq - 1 }), ...dependencies.map(nameOf)])
  for (const tip of meta.tips()) if (!seen.has(nameOf(tip))) return false
  return true
}

function nameOf({ actor, seq }: Dot): string {
  return `${actor}${seq}`
}
