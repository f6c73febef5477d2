import { actorIdFromBytes } from "@syncline/clock"
import { ByteReader } from "@syncline/clock/bytes"
import { toHex } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import { parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { logHashBytes } from "../store/log-hash.ts"
import type { LogEnd } from "../store/store.ts"
import type {
  CommitsFrame,
  FoundFrame,
  Frame,
  HelloFrame,
  IdleFrame,
  ReconcileFrame,
  RootsFrame,
  SnapshotFrame,
  StandingFrame,
  UnitSummary,
  VersionsEntry
} from "./frame.ts"
import {
  digestBytes,
  idBytes,
  protocolVersion,
  snapshotIdBytes,
  treeKeyBytes,
  unitKeyBytes,
  wireRootBytes
} from "./frame.ts"
import { checkedFrame } from "./frame-checksum.ts"
import { closeReasonOf, frameKindOf, steps } from "./frame-kinds.ts"
import { type SyncLevel, levels } from "./reconcile/level.ts"
import { grantIdBytes } from "./link-grant.ts"
import { maxAsked, maxFoundEntries, maxOpenWants } from "./sync-limits.ts"
import { syncPaths, syncScope } from "./sync-scope.ts"
import { readPresence } from "./presence-codec.ts"
import { maxIdBytes, readVersions } from "./versions-codec.ts"

/** UTF-8 bytes of the longest message or reason: 200 UTF-16 units. */
const maxMessageBytes = 600

/** A frame with its ordinal. */
export interface NumberedFrame {
  readonly ordinal: number
  readonly frame: Frame
}

/**
 * Undoes `writeFrame`. Contents of batches and snapshots are views of the input.
 *
 * @throws SynclineError `frame-limit` for more than `maxBytes`, `protocol-violation` for a kind we do not know,
 *   `codec-corrupt` where the checksum does not fit, `codec-invalid`, `codec-limit`, `document-id-invalid`, `actor-invalid`, or a code of `ByteReader`.
 */
export function readFrame(bytes: Uint8Array, maxBytes: number): NumberedFrame {
  if (bytes.length > maxBytes)
    throw coreError("frame-limit", `a frame of ${bytes.length} bytes, more than the ${maxBytes} agreed on`)
  const reader = new ByteReader(checkedFrame(bytes))
  const ordinal = reader.varUint()
  const code = reader.u8()
  const kind = frameKindOf(code)
  if (kind === undefined) throw coreError("protocol-violation", `unknown frame type ${code}`)
  const frame = readContent(reader, kind, maxBytes)
  // A newer peer may say more in its hello than we understand; nowhere else.
  if (frame.kind !== "hello" || frame.maxProtocol <= protocolVersion) reader.expectEnd()
  return { ordinal, frame }
}

function readContent(reader: ByteReader, kind: Frame["kind"], maxBytes: number): Frame {
  switch (kind) {
    case "hello":
      return readHello(reader)
    case "roots":
      return readRoots(reader)
    case "reconcile":
      return readReconcile(reader)
    case "found":
      return readFound(reader, maxBytes)
    case "want":
      return { kind, entries: readEntries(reader, maxBytes, maxOpenWants) }
    case "commits":
      return readCommits(reader)
    case "snapshot":
      return readSnapshot(reader)
    case "chunk":
      return { kind, bytes: rest(reader) }
    case "ack":
      return { kind, payloads: reader.varUint() }
    case "credit":
      return { kind, bytes: reader.varUint() }
    case "idle":
      return readIdle(reader)
    case "presence":
      return { kind, entries: readPresence(reader) }
    case "reject":
      return {
        kind,
        document: readId(reader),
        reason: reader.varString(maxMessageBytes),
        message: reader.varString(maxMessageBytes)
      }
    case "ask":
      return {
        kind,
        documents: Array.from({ length: reader.varUint(maxAsked) }, () => readId(reader))
      }
    case "standing":
      return readStanding(reader, maxBytes)
    case "expiring":
      return { kind, inMs: reader.varUint() }
    case "renew":
      return reader.u8() === 0 ? { kind } : { kind, credentials: rest(reader).slice() }
    case "close":
      return {
        kind,
        reason: closeReasonOf(reader.u8()) ?? "protocol-violation",
        message: reader.varString(maxMessageBytes)
      }
    case "compare":
    case "answered":
    case "ping":
    case "pong":
      return { kind }
  }
}

function readHello(reader: ByteReader): HelloFrame {
  const minProtocol = reader.u8()
  const maxProtocol = reader.u8()
  if (minProtocol === 0 || minProtocol > maxProtocol)
    throw coreError("codec-invalid", "no range of protocol versions")
  const flags = reader.u8()
  const common = {
    kind: "hello" as const,
    minProtocol,
    maxProtocol,
    epoch: toHex(reader.bytes(16)),
    actor: actorIdFromBytes(reader.bytes(8)),
    root: reader.bytes(wireRootBytes).slice(),
    end: readEnd(reader),
    maxFrameBytes: readSize(reader, 13),
    windowBytes: readSize(reader, 12),
    maxPayloadBytes: readSize(reader, 13)
  }
  const scope = flags & 1 ? syncScope(readPaths(reader)) : "all"
  const credentials = flags & 2 ? { credentials: reader.varBytes(reader.remaining).slice() } : {}
  const write = flags & 4 ? { write: syncPaths(readPaths(reader)) } : {}
  const grantId = flags & 8 ? { grantId: reader.bytes(grantIdBytes).slice() } : {}
  return { ...common, scope, ...credentials, ...write, ...grantId }
}

function readPaths(reader: ByteReader): readonly string[] {
  return Array.from({ length: reader.varUint(reader.remaining) }, () => reader.varString(maxIdBytes))
}

function readStanding(reader: ByteReader, maxBytes: number): StandingFrame {
  const flags = Array.from({ length: reader.varUint(maxAsked) }, () => reader.u8() !== 0)
  const digests = flags.map(isThere => (isThere ? reader.bytes(digestBytes).slice() : undefined))
  const versions = readEntries(reader, maxBytes, maxAsked)
  let next = 0
  const entries = digests.map(digest => {
    if (digest === undefined) return undefined
    const entry = versions[next++]
    if (entry === undefined) throw coreError("codec-invalid", "a document's standing has no version")
    return { ...entry, digest }
  })
  if (next < versions.length) throw coreError("codec-invalid", "a version of no document's standing")
  return { kind: "standing", entries }
}

function readRoots(reader: ByteReader): RootsFrame {
  const round = reader.varUint()
  const flags = reader.u8()
  const cursor = flags & 2 ? { cursor: { ...readEnd(reader), scanned: reader.varUint() } } : {}
  const partial =
    flags & 4 ? { partial: { id: reader.bytes(snapshotIdBytes).slice(), have: reader.varUint() } } : {}
  const key = flags & 8 ? { key: reader.bytes(unitKeyBytes).slice() } : {}
  const count = reader.varUint(Math.floor(reader.remaining / wireRootBytes))
  const units = Array.from({ length: count }, () => readUnit(reader))
  return { kind: "roots", round, more: (flags & 1) !== 0, units, ...cursor, ...partial, ...key }
}

function readUnit(reader: ByteReader): UnitSummary {
  const collection = reader.varString(maxIdBytes)
  const root = reader.bytes(wireRootBytes).slice()
  const documents = reader.varUint()
  return { collection, root, ...(documents === 0 ? {} : { documents: documents - 1 }) }
}

function readReconcile(reader: ByteReader): ReconcileFrame {
  const unit = reader.varUint()
  const level = readLevel(reader)
  const step = steps[reader.u8()]
  if (step === undefined) throw coreError("codec-invalid", "no step of a reconciliation")
  return { kind: "reconcile", unit, level, step, message: rest(reader) }
}

function readFound(reader: ByteReader, maxBytes: number): FoundFrame {
  const unit = reader.varUint()
  const level = readLevel(reader)
  const last = reader.u8() !== 0
  const size = level === "merkle" ? treeKeyBytes : idBytes
  const only = Array.from({ length: reader.varUint(Math.floor(reader.remaining / size)) }, () =>
    reader.bytes(size).slice()
  )
  const forked = readPlaces(reader)
  const entries = readEntries(reader, maxBytes, maxFoundEntries)
  if ((forked.at(-1) ?? -1) >= entries.length)
    throw coreError("codec-invalid", "a finding names a document that it does not tell")
  return { kind: "found", unit, level, only, entries, forked, last }
}

/** Each once, ascending, so that there are no more of them than entries. */
function readPlaces(reader: ByteReader): readonly number[] {
  const places: number[] = []
  for (let left = reader.varUint(maxFoundEntries); left > 0; left--) {
    const place = reader.varUint()
    if (place <= (places.at(-1) ?? -1)) throw coreError("codec-invalid", "places do not ascend")
    places.push(place)
  }
  return places
}

function readEntries(reader: ByteReader, maxBytes: number, maxEntries: number): readonly VersionsEntry[] {
  return readVersions(reader.varBytes(maxBytes), { maxBytes, maxEntries })
}

function readLevel(reader: ByteReader): SyncLevel {
  const level = levels[reader.u8()]
  if (level === undefined) throw coreError("codec-invalid", "no level of a reconciliation")
  return level
}

function readCommits(reader: ByteReader): CommitsFrame {
  const flags = reader.u8()
  const through = flags & 1 ? { through: readEnd(reader) } : {}
  const scanned = flags & 2 ? { scanned: reader.varUint() } : {}
  return { kind: "commits", ...through, ...scanned, total: reader.varUint(), bytes: rest(reader) }
}

function readSnapshot(reader: ByteReader): SnapshotFrame {
  return {
    kind: "snapshot",
    document: readId(reader),
    id: reader.bytes(snapshotIdBytes).slice(),
    total: reader.varUint(),
    offset: reader.varUint(),
    bytes: rest(reader)
  }
}

function readIdle(reader: ByteReader): IdleFrame {
  return {
    kind: "idle",
    number: reader.varUint(),
    seen: reader.varUint(),
    round: reader.varUint(),
    sent: reader.varUint(),
    applied: reader.varUint(),
    ask: reader.u8() !== 0,
    root: reader.bytes(wireRootBytes).slice(),
    end: readEnd(reader)
  }
}

function readEnd(reader: ByteReader): LogEnd {
  return { position: reader.varUint(), hash: reader.bytes(logHashBytes).slice() }
}

/** Sizes travel as powers of two; 2⁴⁰ is beyond anything that is ever held in memory. */
function readSize(reader: ByteReader, minBits: number): number {
  const bits = reader.u8()
  if (bits < minBits || bits > 40)
    throw coreError("codec-invalid", `a size of 2^${bits} bytes makes no sense`)
  return 2 ** bits
}

function readId(reader: ByteReader): DocumentId {
  return parseDocumentId(reader.varString(maxIdBytes))
}

function rest(reader: ByteReader): Uint8Array {
  return reader.bytes(reader.remaining)
}
