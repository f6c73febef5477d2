import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"
import { CellArray } from "./cell-array.ts"
import { countMask, WIDE_COUNTS } from "./cell-counts.ts"
import { readChecksum, readIds, writeChecksum, writeIds } from "./id-lists.ts"
import { messageReader } from "./message-reader.ts"
import type { SetChecksum } from "./set-checksum.ts"
import type { SetId } from "./set-id.ts"

/** A message of a rateless reconciliation. SPEC gives the bytes. */
export type RatelessMessage =
  /** The first: who the sender is, and its first cells. */
  | {
      readonly kind: "begin"
      readonly keyTag: number
      readonly checksum: SetChecksum
      readonly cells: CellArray
    }
  /** The cells asked for. */
  | { readonly kind: "cells"; readonly cells: CellArray }
  /** Send the cells up to this one. */
  | { readonly kind: "more"; readonly to: number }
  /** What the sender found out: which ids only it has, and which only the receiver has. */
  | {
      readonly kind: "result"
      readonly checksum: SetChecksum
      readonly mine: readonly SetId[]
      readonly yours: readonly SetId[]
    }
  /** The sender will not go on; about so many ids differ. */
  | { readonly kind: "gave-up"; readonly estimate: number }

/** Bounds of what is read. */
export interface RatelessMessageLimits {
  readonly maxCells: number
  readonly maxDifferences: number
}

// The high half is the version of the format.
const BEGIN = 0x10
const CELLS = 0x11
const MORE = 0x12
const RESULT = 0x13
const GAVE_UP = 0x14
const CELL_BYTES = 10
// The high half of what begins the other protocol's messages.
const RANGE_VERSION = 2

/** The bytes of a message. */
export function encodeRateless(message: RatelessMessage): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(1024)
  switch (message.kind) {
    case "begin":
      writer.u8(BEGIN)
      writer.u8(message.keyTag >> 8)
      writer.u8(message.keyTag & 0xff)
      writeChecksum(writer, message.checksum)
      writeCells(writer, message.cells)
      break
    case "cells":
      writer.u8(CELLS)
      writer.varUint(message.cells.from)
      writeCells(writer, message.cells)
      break
    case "more":
      writer.u8(MORE)
      writer.varUint(message.to)
      break
    case "result":
      writer.u8(RESULT)
      writeChecksum(writer, message.checksum)
      writeIds(writer, message.mine)
      writeIds(writer, message.yours)
      break
    case "gave-up":
      writer.u8(GAVE_UP)
      writer.varUint(message.estimate)
  }
  return writer.finish()
}

/** The message of some bytes. Throws `bytes-…` errors of `ByteReader` or `set-message-invalid`; allocates no more than the limits. */
export function decodeRateless(bytes: Uint8Array, limits: RatelessMessageLimits): RatelessMessage {
  const reader = messageReader(bytes)
  const message = readMessage(reader, limits)
  reader.expectEnd()
  return message
}

function readMessage(reader: ByteReader, limits: RatelessMessageLimits): RatelessMessage {
  const kind = reader.u8()
  switch (kind) {
    case BEGIN: {
      const keyTag = (reader.u8() << 8) | reader.u8()
      const checksum = readChecksum(reader)
      return { kind: "begin", keyTag, checksum, cells: readCells(reader, 0, limits.maxCells) }
    }
    case CELLS: {
      const from = reader.varUint(limits.maxCells)
      return { kind: "cells", cells: readCells(reader, from, limits.maxCells) }
    }
    case MORE:
      return { kind: "more", to: reader.varUint() }
    case RESULT: {
      const checksum = readChecksum(reader)
      const mine = readIds(reader, limits.maxDifferences)
      return { kind: "result", checksum, mine, yours: readIds(reader, limits.maxDifferences - mine.length) }
    }
    case GAVE_UP:
      return { kind: "gave-up", estimate: reader.varUint() }
    default:
      throw notOurs(kind)
  }
}

function notOurs(head: number): Error {
  const begins = `0x${head.toString(16).padStart(2, "0")} begins`
  return diffError(
    "set-message-invalid",
    head >> 4 === RANGE_VERSION
      ? `${begins} a message of a reconciliation by ranges: \`acceptRanges\` and \`stepRanges\` take it`
      : `${begins} no message of this version`
  )
}

function writeCells(writer: ByteWriter, cells: CellArray): void {
  const count = cells.counts.length
  writer.varUint(count)
  for (let at = 0; at < count; at++) {
    writer.u32((cells.highs[at] ?? 0) >>> 0)
    writer.u32((cells.lows[at] ?? 0) >>> 0)
  }
  for (const check of cells.checks) {
    writer.u8(check >> 8)
    writer.u8(check & 0xff)
  }
  writeCounts(writer, cells)
}

/** A byte for each wide count, then the others four to a byte, first lowest. */
function writeCounts(writer: ByteWriter, cells: CellArray): void {
  const wide = wideCells(cells)
  for (let at = 0; at < wide; at++) writer.u8((cells.counts[at] ?? 0) & 0xff)
  for (let at = wide; at < cells.counts.length; at += 4) {
    let packed = 0
    for (let i = 0; i < 4; i++) packed |= ((cells.counts[at + i] ?? 0) & 3) << (2 * i)
    writer.u8(packed)
  }
}

function readCells(reader: ByteReader, from: number, maxCells: number): CellArray {
  const count = reader.varUint(maxCells - from)
  if (count * CELL_BYTES > reader.remaining) {
    throw diffError("set-message-invalid", `${count} cells do not fit into ${reader.remaining} bytes`)
  }
  const cells = new CellArray(from, from + count)
  for (let at = 0; at < count; at++) {
    cells.highs[at] = reader.u32()
    cells.lows[at] = reader.u32()
  }
  for (let at = 0; at < count; at++) cells.checks[at] = (reader.u8() << 8) | reader.u8()
  const wide = wideCells(cells)
  for (let at = 0; at < wide; at++) cells.counts[at] = reader.u8()
  for (let at = wide; at < count; at += 4) readPacked(reader.u8(), cells.counts, at)
  return cells
}

function readPacked(packed: number, counts: Int32Array, at: number): void {
  const used = Math.min(4, counts.length - at)
  for (let i = 0; i < used; i++) counts[at + i] = (packed >> (2 * i)) & 3
  if (packed >> (2 * used) !== 0) {
    throw diffError("set-message-invalid", "there are counts behind the last cell")
  }
}

function wideCells(cells: CellArray): number {
  return Math.max(0, Math.min(WIDE_COUNTS, cells.to) - cells.from)
}

/** Theirs minus ours, as far as it was sent; both from the same cell to the same. */
export function subtractCells(theirs: CellArray, ours: CellArray): CellArray {
  const difference = new CellArray(theirs.from, theirs.to)
  for (let at = 0; at < difference.counts.length; at++) {
    difference.highs[at] = (theirs.highs[at] ?? 0) ^ (ours.highs[at] ?? 0)
    difference.lows[at] = (theirs.lows[at] ?? 0) ^ (ours.lows[at] ?? 0)
    difference.checks[at] = (theirs.checks[at] ?? 0) ^ (ours.checks[at] ?? 0)
    difference.counts[at] = ((theirs.counts[at] ?? 0) - (ours.counts[at] ?? 0)) & countMask(theirs.from + at)
  }
  return difference
}
