import type { ActorId, Dot } from "@syncline/clock"
import { actorIdFromBytes, actorIdToBytes, VersionVector } from "@syncline/clock"
import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"

/** How far one actor's chain reaches, and the hash of the commit there (32 bytes, or its first 8 in short form). */
export interface VersionEntry {
  readonly actor: ActorId
  readonly seq: number
  readonly hash: Uint8Array
}

/** How two versions of one document relate. `forked`: one dot, two hashes; then nothing else is known. */
export type VersionOrder = "equal" | "before" | "after" | "concurrent" | "forked"

/** Hashes at full length (stored, in digests) or the 8 bytes that travel. */
export type HashLength = 8 | 32

/** A document with more writers than this is refused by decoders; memory for it would be the peer's to choose. */
export const maxVersionEntries = 100_000

/**
 * A document's version: for each actor the highest contiguous seq and the hash of that commit.
 * Immutable; entries ascend by actor.
 */
export class Version {
  static readonly empty: Version = new Version([])

  readonly #entries: readonly VersionEntry[]
  #vector: VersionVector | undefined
  /** The full form, once it was asked for: it goes into every head and digest, and a commit changes one entry of it. */
  #encoded: Uint8Array | undefined

  private constructor(entries: readonly VersionEntry[]) {
    this.#entries = entries
  }

  /** Builds a version of entries in any order; the last one of an actor counts. */
  static from(entries: Iterable<VersionEntry>): Version {
    const byActor = new Map<ActorId, VersionEntry>()
    for (const entry of entries) byActor.set(entry.actor, entry)
    return new Version([...byActor.values()].sort((a, b) => (a.actor < b.actor ? -1 : 1)))
  }

  /** Entries ascending by actor. */
  get entries(): readonly VersionEntry[] {
    return this.#entries
  }

  /** The version without hashes. Cached. */
  get vector(): VersionVector {
    this.#vector ??= VersionVector.from(this.#entries.map(({ actor, seq }) => [actor, seq] as const))
    return this.#vector
  }

  /** Sum of the seqs: one integer that strictly grows along causality. */
  get height(): number {
    return this.#entries.reduce((sum, entry) => sum + entry.seq, 0)
  }

  /** Highest contiguous seq of an actor, 0 if none. O(log n). */
  get(actor: ActorId): number {
    return this.entryOf(actor)?.seq ?? 0
  }

  /** The entry of an actor. O(log n). */
  entryOf(actor: ActorId): VersionEntry | undefined {
    const found = this.#entries[this.#indexOf(actor)]
    return found?.actor === actor ? found : undefined
  }

  /** This version with these entries put in the place of their actors'. O(n) for one entry. */
  with(...changed: readonly VersionEntry[]): Version {
    const [entry] = changed
    if (entry === undefined) return this
    if (changed.length > 1) return Version.from([...this.#entries, ...changed])
    const at = this.#indexOf(entry.actor)
    const former = this.#entries[at]?.actor === entry.actor ? this.#entries[at] : undefined
    const next = new Version(this.#entries.toSpliced(at, former === undefined ? 0 : 1, entry))
    if (this.#encoded !== undefined) next.#encoded = this.#patched(this.#encoded, at, former, entry)
    return next
  }

  /** Whether the commit named is at or below this version, going by its seq alone. */
  has(dot: Dot): boolean {
    return this.get(dot.actor) >= dot.seq
  }

  /** How this version stands to `other`, seen from here: `before` means `other` has all of this and more. */
  compare(other: Version): VersionOrder {
    for (const { actor, seq, hash } of this.#entries) {
      const theirs = other.entryOf(actor)
      if (theirs?.seq === seq && !samePrefix(hash, theirs.hash)) return "forked"
    }
    return this.vector.compare(other.vector)
  }

  /** Canonical bytes: equal versions, equal bytes. 9 bytes and the hash per actor, for seqs below 128. Not to be written to. */
  encode(hashLength: HashLength = 32): Uint8Array {
    if (hashLength === 32 && this.#encoded !== undefined) return this.#encoded
    const writer = new ByteWriter(16 + this.#entries.length * (hashLength + 10))
    writer.varUint(this.#entries.length)
    for (const entry of this.#entries) writeEntry(writer, entry, hashLength)
    const bytes = writer.finish()
    if (hashLength === 32) this.#encoded = bytes
    return bytes
  }

  /** Writes `encode`'s bytes. */
  write(writer: ByteWriter, hashLength: HashLength): void {
    writer.bytes(this.encode(hashLength))
  }

  /**
   * Reads what `write` wrote.
   *
   * @throws SynclineError `codec-invalid`, `codec-limit`, or a code of `ByteReader`.
   */
  static read(reader: ByteReader, hashLength: HashLength, maxEntries: number = maxVersionEntries): Version {
    const count = reader.varUint()
    if (count > maxEntries)
      throw coreError("codec-limit", `version has ${count} actors, more than the ${maxEntries} allowed`)
    const entries: VersionEntry[] = []
    let previous = ""
    for (let i = 0; i < count; i++) {
      const actor = actorIdFromBytes(reader.bytes(8))
      const seq = reader.varUint()
      if (seq === 0 || actor <= previous) throw coreError("codec-invalid", "version is not in canonical form")
      entries.push({ actor, seq, hash: reader.bytes(hashLength).slice() })
      previous = actor
    }
    return new Version(entries)
  }

  /** 32 bytes naming (document, version with hashes): equal iff both are. */
  digest(document: DocumentId): Uint8Array {
    const writer = new ByteWriter()
    writer.varString("syncline/digest/1")
    writer.varString(document)
    this.write(writer, 32)
    return sha256(writer.finish())
  }

  /** The full form with one entry more, or another in its place: copying bytes is much less than writing all entries. */
  #patched(bytes: Uint8Array, at: number, former: VersionEntry | undefined, entry: VersionEntry): Uint8Array {
    const writer = new ByteWriter(bytes.length + 64)
    const count = this.#entries.length
    writer.varUint(former === undefined ? count + 1 : count)
    let from = varUintBytes(count)
    const start = from
    for (let i = 0; i < at; i++) from += entryBytes(this.#entries[i] as VersionEntry)
    writer.bytes(bytes.subarray(start, from))
    writeEntry(writer, entry, 32)
    writer.bytes(bytes.subarray(from + (former === undefined ? 0 : entryBytes(former))))
    return writer.finish()
  }

  /** Where an actor's entry is, or would go. */
  #indexOf(actor: ActorId): number {
    let low = 0
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const entry = this.#entries[middle]
      if (entry !== undefined && entry.actor < actor) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Compares as many bytes as both have: one may be the short form. */
function samePrefix(a: Uint8Array, b: Uint8Array): boolean {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}

function writeEntry(writer: ByteWriter, { actor, seq, hash }: VersionEntry, hashLength: HashLength): void {
  writer.bytes(actorIdToBytes(actor))
  writer.varUint(seq)
  writer.bytes(hash.length === hashLength ? hash : hash.subarray(0, hashLength))
}

function entryBytes({ seq }: VersionEntry): number {
  return 8 + varUintBytes(seq) + 32
}

function varUintBytes(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}
