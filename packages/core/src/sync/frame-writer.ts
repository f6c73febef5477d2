import { actorIdToBytes } from "@syncline/clock"
import { ByteWriter } from "@syncline/clock/bytes"
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
  StandingFrame
} from "./frame.ts"
import { writeChecksum } from "./frame-checksum.ts"
import { closeReasonCodes, frameCodes, steps } from "./frame-kinds.ts"
import { levels } from "./reconcile/level.ts"
import { writeVersions } from "./versions-codec.ts"
import { writePresence } from "./presence-codec.ts"

/** Messages are for people; longer ones would only carry somebody's data. */
const maxMessageLength = 200

/**
 * One frame as it travels: ordinal (1 for the first frame of a side, then one more each), kind, content, checksum.
 * `readFrame` is its inverse.
 */
export function writeFrame(ordinal: number, frame: Frame): Uint8Array {
  const writer = new ByteWriter(128)
  writer.varUint(ordinal)
  writer.u8(frameCodes[frame.kind])
  writeContent(writer, frame)
  writeChecksum(writer)
  return writer.finish()
}

function writeContent(writer: ByteWriter, frame: Frame): void {
  switch (frame.kind) {
    case "hello":
      return writeHello(writer, frame)
    case "roots":
      return writeRoots(writer, frame)
    case "reconcile":
      return writeReconcile(writer, frame)
    case "found":
      return writeFound(writer, frame)
    case "want":
      return writeVersions(writer, frame.entries)
    case "commits":
      return writeCommits(writer, frame)
    case "snapshot":
      return writeSnapshot(writer, frame)
    case "chunk":
      return writer.bytes(frame.bytes)
    case "ack":
      return writer.varUint(frame.payloads)
    case "credit":
      return writer.varUint(frame.bytes)
    case "idle":
      return writeIdle(writer, frame)
    case "presence":
      return writePresence(writer, frame.entries)
    case "reject":
      writer.varString(frame.document)
      writer.varString(shorten(frame.reason))
      return writer.varString(shorten(frame.message))
    case "ask":
      writer.varUint(frame.documents.length)
      for (const document of frame.documents) writer.varString(document)
      return
    case "standing":
      return writeStanding(writer, frame)
    case "expiring":
      return writer.varUint(frame.inMs)
    case "renew":
      writer.u8(frame.credentials === undefined ? 0 : 1)
      return writer.bytes(frame.credentials ?? new Uint8Array())
    case "close":
      writer.u8(closeReasonCodes[frame.reason])
      return writer.varString(shorten(frame.message))
    case "compare":
    case "answered":
    case "ping":
    case "pong":
      return
  }
}

function writeHello(writer: ByteWriter, frame: HelloFrame): void {
  writer.u8(frame.minProtocol)
  writer.u8(frame.maxProtocol)
  const { scope, credentials, write, grantId } = frame
  const given = [scope !== "all", credentials !== undefined, write !== undefined, grantId !== undefined]
  writer.u8(flagsOf(given))
  writer.bytes(
    Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(frame.epoch.slice(2 * i, 2 * i + 2), 16))
  )
  writer.bytes(actorIdToBytes(frame.actor))
  writer.bytes(frame.root)
  writeEnd(writer, frame.end)
  for (const size of [frame.maxFrameBytes, frame.windowBytes, frame.maxPayloadBytes])
    writer.u8(Math.log2(size))
  if (scope !== "all") writePaths(writer, scope)
  if (credentials !== undefined) writer.varBytes(credentials)
  if (write !== undefined) writePaths(writer, write)
  if (grantId !== undefined) writer.bytes(grantId)
}

function writePaths(writer: ByteWriter, paths: readonly string[]): void {
  writer.varUint(paths.length)
  for (const path of paths) writer.varString(path)
}

/** Entries with their digests; the places of those that are not there are told apart by a bit each. */
function writeStanding(writer: ByteWriter, { entries }: StandingFrame): void {
  writer.varUint(entries.length)
  for (const entry of entries) writer.u8(entry === undefined ? 0 : 1)
  const told = entries.filter(entry => entry !== undefined)
  for (const { digest } of told) writer.bytes(digest)
  writeVersions(writer, told)
}

function flagsOf(flags: readonly boolean[]): number {
  return flags.reduce((sum, flag, bit) => sum | (flag ? 1 << bit : 0), 0)
}

function writeRoots(writer: ByteWriter, frame: RootsFrame): void {
  const { cursor, partial, key } = frame
  writer.varUint(frame.round)
  writer.u8(flagsOf([frame.more, cursor !== undefined, partial !== undefined, key !== undefined]))
  if (cursor !== undefined) {
    writeEnd(writer, cursor)
    writer.varUint(cursor.scanned)
  }
  if (partial !== undefined) {
    writer.bytes(partial.id)
    writer.varUint(partial.have)
  }
  if (key !== undefined) writer.bytes(key)
  writer.varUint(frame.units.length)
  for (const { collection, root, documents } of frame.units) {
    writer.varString(collection)
    writer.bytes(root)
    writer.varUint(documents === undefined ? 0 : documents + 1)
  }
}

function writeReconcile(writer: ByteWriter, { unit, level, step, message }: ReconcileFrame): void {
  writer.varUint(unit)
  writer.u8(levels.indexOf(level))
  writer.u8(steps.indexOf(step))
  writer.bytes(message)
}

function writeFound(writer: ByteWriter, frame: FoundFrame): void {
  writer.varUint(frame.unit)
  writer.u8(levels.indexOf(frame.level))
  writer.u8(frame.last ? 1 : 0)
  writer.varUint(frame.only.length)
  for (const name of frame.only) writer.bytes(name)
  writer.varUint(frame.forked.length)
  for (const place of frame.forked) writer.varUint(place)
  writeVersions(writer, frame.entries)
}

function writeCommits(writer: ByteWriter, frame: CommitsFrame): void {
  writer.u8((frame.through === undefined ? 0 : 1) | (frame.scanned === undefined ? 0 : 2))
  if (frame.through !== undefined) writeEnd(writer, frame.through)
  if (frame.scanned !== undefined) writer.varUint(frame.scanned)
  writer.varUint(frame.total)
  writer.bytes(frame.bytes)
}

function writeSnapshot(writer: ByteWriter, frame: SnapshotFrame): void {
  writer.varString(frame.document)
  writer.bytes(frame.id)
  writer.varUint(frame.total)
  writer.varUint(frame.offset)
  writer.bytes(frame.bytes)
}

function writeIdle(writer: ByteWriter, frame: IdleFrame): void {
  for (const value of [frame.number, frame.seen, frame.round, frame.sent, frame.applied])
    writer.varUint(value)
  writer.u8(frame.ask ? 1 : 0)
  writer.bytes(frame.root)
  writeEnd(writer, frame.end)
}

function writeEnd(writer: ByteWriter, end: LogEnd): void {
  writer.varUint(end.position)
  writer.bytes(end.hash)
}

function shorten(text: string): string {
  return text.slice(0, maxMessageLength).toWellFormed()
}
