import type { ActorId } from "@syncline/clock"
import { actorIdFromBytes, actorIdToBytes, isHlcStamp, VersionVector } from "@syncline/clock"
import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { maxVersionEntries, Version } from "../commit/version.ts"
import { type ChainEnd, type DocumentFacts } from "../commit/document-facts.ts"
import { writeContainer } from "../commit/commit-hash.ts"
import type { DocumentId } from "../document/document-id.ts"
import { parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { maxEngineName, readContainer } from "./commit-decoder.ts"
import { pack, protect, unpack, unprotect } from "./envelope.ts"

/** First byte of heads and bases: the version of their form. */
const format = 1

/** More predefined containers than a shape should have: a document takes no more of them from peers. */
export const maxContainers = 10_000

/** How much of a kind a decoder accepts; beyond it throws `codec-limit` or a code of `ByteReader`. */
export interface FactLimits {
  readonly writers: number
  readonly containers: number
}

/** For what peers send. */
export const receivedFactLimits: FactLimits = { writers: maxVersionEntries, containers: maxContainers }

/** For what lies here: it was let in, and the replica's own commits come on top. Bytes bound it all the same. */
const storedFactLimits: FactLimits = { writers: 2 ** 31 - 1, containers: 2 ** 31 - 1 }

/** The `body` of a stored head. */
export function encodeHead(facts: DocumentFacts): Uint8Array {
  const writer = new ByteWriter(64)
  writer.u8(format)
  writeFacts(writer, facts)
  facts.base.write(writer, 32)
  writer.varUint(facts.basePosition)
  writer.varUint(facts.baseBytes)
  writer.varUint(facts.tailCommits)
  writer.varUint(facts.tailBytes)
  return protect(writer.finish())
}

/**
 * Undoes `encodeHead`.
 *
 * @throws SynclineError `codec-corrupt`, `codec-invalid`, or a code of `ByteReader`.
 */
export function decodeHead(body: Uint8Array): DocumentFacts {
  const reader = new ByteReader(unprotect(body))
  expectFormat(reader)
  const facts = readFacts(reader, storedFactLimits)
  const base = Version.read(reader, 32, storedFactLimits.writers)
  const basePosition = reader.varUint()
  const baseBytes = reader.varUint()
  const tailCommits = reader.varUint()
  const tailBytes = reader.varUint()
  reader.expectEnd()
  return { ...facts, base, basePosition, baseBytes, tailCommits, tailBytes }
}

/** A document's state as of a version: stored as base, sent to peers behind it. */
export interface BaseEnvelope {
  readonly document: DocumentId
  readonly facts: DocumentFacts
  /** The engine's snapshot, inflated. */
  readonly snapshot: Uint8Array
}

/** Packs a base: facts and the engine's snapshot, deflated, under a checksum. */
export function encodeBase(base: BaseEnvelope): Uint8Array {
  const writer = new ByteWriter(base.snapshot.length + 64)
  writer.u8(format)
  writer.varString(base.document)
  writeFacts(writer, base.facts)
  writer.bytes(base.snapshot)
  return protect(pack(writer.finish()))
}

/**
 * Undoes `encodeBase`. The facts say that the base covers just what it holds.
 *
 * @throws SynclineError `codec-corrupt`, `codec-invalid`, `codec-limit`, or a code of `ByteReader`.
 */
export function decodeBase(
  bytes: Uint8Array,
  maxBytes: number,
  limits: FactLimits = storedFactLimits
): BaseEnvelope {
  const reader = new ByteReader(unpack(unprotect(bytes), maxBytes))
  expectFormat(reader)
  const document = parseDocumentId(reader.varString(1536))
  const facts = readFacts(reader, limits)
  const { version } = facts
  return {
    document,
    facts: {
      ...facts,
      base: version,
      basePosition: 0,
      baseBytes: bytes.length,
      tailCommits: 0,
      tailBytes: 0
    },
    snapshot: reader.bytes(reader.remaining)
  }
}

function expectFormat(reader: ByteReader): void {
  const found = reader.u8()
  if (found !== format)
    throw coreError(
      "codec-invalid",
      `bytes are of form ${found}, this version of Syncline reads form ${format}`
    )
}

function writeFacts(writer: ByteWriter, facts: DocumentFacts): void {
  writer.varString(facts.engine)
  const { version } = facts
  version.write(writer, 32)
  // Few chains end on the frontier, however many there are: their places, each as the distance from the one before.
  const tips = version.entries.flatMap(({ actor }, i) => (facts.chains.get(actor)?.tip === true ? [i] : []))
  writer.varUint(tips.length)
  for (const [i, tip] of tips.entries()) writer.varUint(tip - (tips[i - 1] ?? -1) - 1)
  writer.varBytes(facts.deletion?.encode() ?? new Uint8Array())
  writer.varUint(facts.stamp)
  writer.varUint(facts.genesis.length)
  for (const container of facts.genesis) writeContainer(writer, container)
  writer.varUint(facts.forked.length)
  for (const actor of facts.forked) writer.bytes(actorIdToBytes(actor))
}

function readFacts(
  reader: ByteReader,
  { writers, containers }: FactLimits
): Omit<DocumentFacts, "base" | "basePosition" | "baseBytes" | "tailCommits" | "tailBytes"> {
  const engine = reader.varString(maxEngineName)
  const version = Version.read(reader, 32, writers)
  const chains = readTips(reader, version)
  const deletion = reader.varBytes(reader.remaining)
  const stamp = reader.varUint()
  if (!isHlcStamp(stamp)) throw coreError("codec-invalid", `${stamp} is no clock stamp`)
  const genesis = Array.from({ length: reader.varUint(Math.min(containers, reader.remaining)) }, () =>
    readContainer(reader)
  )
  return {
    engine,
    version,
    chains,
    ...(deletion.length === 0
      ? {}
      : {
          deletion: VersionVector.decode(deletion, {
            limits: { maxEntries: writers, maxBytes: deletion.length, maxSeq: Number.MAX_SAFE_INTEGER }
          })
        }),
    stamp,
    genesis,
    forked: readForked(reader, writers)
  }
}

function readForked(reader: ByteReader, writers: number): readonly ActorId[] {
  const count = reader.varUint(Math.min(writers, Math.floor(reader.remaining / 8)))
  return Array.from({ length: count }, () => actorIdFromBytes(reader.bytes(8)))
}

function readTips(reader: ByteReader, { entries }: Version): ReadonlyMap<ActorId, ChainEnd> {
  const tips = new Set<number>()
  let last = -1
  for (let left = reader.varUint(entries.length); left > 0; left--) {
    last += 1 + reader.varUint()
    if (last >= entries.length)
      throw coreError("codec-invalid", "the frontier names a chain that is not there")
    tips.add(last)
  }
  return new Map(entries.map(({ actor, seq, hash }, i) => [actor, { seq, hash, tip: tips.has(i) }]))
}
