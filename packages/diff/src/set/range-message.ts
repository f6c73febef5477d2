import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"
import { readChecksum, readIds, writeChecksum, writeIds } from "./id-lists.ts"
import { messageReader } from "./message-reader.ts"
import type { RangeSum } from "./item-tree.ts"
import { BoundReader, BoundWriter, FIRST, isBefore, type RangeBound } from "./range-bound.ts"
import type { SetChecksum } from "./set-checksum.ts"
import { ID_BYTES, type SetId } from "./set-id.ts"

/** What a side says about one range: its sum, the count modulo 256, or all its ids. */
export type RangeClaim =
  | { readonly kind: "sum"; readonly to: RangeBound; readonly sum: RangeSum }
  | { readonly kind: "ids"; readonly to: RangeBound; readonly ids: readonly SetId[] }

/** Ranges one after the other, each from where the one before ends. */
export interface RangeGroup {
  readonly from: Uint8Array
  readonly claims: readonly RangeClaim[]
}

/** A message of a range reconciliation. SPEC gives the bytes. */
export interface RangeMessage {
  /** In each side's first message. */
  readonly hello: RangeHello | undefined
  /** Whether the sender has more to say already. */
  readonly pending: boolean
  readonly groups: readonly RangeGroup[]
  /** Ids found out: only the sender has these. */
  readonly mine: readonly SetId[]
  /** Only the receiver has these. */
  readonly yours: readonly SetId[]
}

/** Who sends, and what its set is checked by. */
export interface RangeHello {
  readonly keyTag: number
  readonly orderBytes: number
  readonly checksum: SetChecksum
  /** Whether the sender will tell what it finds out. */
  readonly tells: boolean
}

/** Bounds of what is read. */
export interface RangeMessageLimits {
  readonly maxBytes: number
  readonly maxIds: number
}

// The high half is the version of the format; the low half: a hello follows, more is pending.
const VERSION = 0x20
// The high half of what begins the other protocol's messages.
const RATELESS_VERSION = 1
const HELLO = 1
const PENDING = 2
// Added to the number of order bytes.
const SILENT = 0x80
const SUM = 0
const SUM_BYTES = 13
/** Most ids a claim lists. */
const MOST_LISTED = 127
/** Most ranges of a message, in all groups: one of a few bytes takes a few hundred in memory. A message of 1 MiB has half as many. */
export const MOST_RANGES: number = 2 ** 17

/** Most bytes a claim about a sum takes, for items of that length. */
export function sumClaimBytes(itemBytes: number): number {
  return SUM_BYTES + 1 + itemBytes + 2
}

/** The bytes of a message. */
export function encodeRanges(message: RangeMessage): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(1024)
  writer.u8(VERSION | (message.hello === undefined ? 0 : HELLO) | (message.pending ? PENDING : 0))
  if (message.hello !== undefined) {
    writer.u8(message.hello.keyTag >> 8)
    writer.u8(message.hello.keyTag & 0xff)
    writer.u8(message.hello.orderBytes | (message.hello.tells ? 0 : SILENT))
    writeChecksum(writer, message.hello.checksum)
  }
  writer.varUint(message.groups.length)
  const bounds = new BoundWriter()
  for (const { from, claims } of message.groups) {
    bounds.write(writer, from)
    writer.varUint(claims.length)
    for (const claim of claims) writeClaim(writer, bounds, claim)
  }
  writeIds(writer, message.mine)
  writeIds(writer, message.yours)
  return writer.finish()
}

function writeClaim(writer: ByteWriter, bounds: BoundWriter, claim: RangeClaim): void {
  bounds.write(writer, claim.to)
  if (claim.kind === "ids") {
    writer.u8(SUM + 1 + claim.ids.length)
    for (const id of claim.ids) writer.bytes(id)
    return
  }
  writer.u8(SUM)
  writer.u32(claim.sum.high >>> 0)
  writer.u32(claim.sum.low >>> 0)
  writer.u32(claim.sum.check >>> 0)
  writer.u8(claim.sum.count & 0xff)
}

/**
 * The message of some bytes, of at most that many bytes, about items of that length, with at most `maxIds` ids. Throws `set-message-invalid`,
 * `set-limit` and the errors of `ByteReader`. Takes up to 27 bytes of memory for each of the message, and 40 MB for short ranges.
 */
export function decodeRanges(bytes: Uint8Array, itemBytes: number, limits: RangeMessageLimits): RangeMessage {
  const { maxBytes, maxIds } = limits
  const reader = messageReader(bytes, maxBytes)
  const head = reader.u8()
  if ((head & ~(HELLO | PENDING)) !== VERSION) {
    throw notOurs(head)
  }
  const hello = (head & HELLO) === 0 ? undefined : readHello(reader)
  // A peer's items may be longer than ours; that it orders by something else is for the caller to say.
  const bounds = new BoundReader(hello === undefined ? itemBytes : hello.orderBytes + ID_BYTES)
  const groups: RangeGroup[] = []
  let rangesLeft = MOST_RANGES
  for (let left = countOf(reader); left > 0; left--) {
    const group = readGroup(reader, bounds, groups.at(-1), rangesLeft)
    rangesLeft -= group.claims.length
    groups.push(group)
  }
  const mine = readIds(reader, maxIds)
  const yours = readIds(reader, maxIds - mine.length)
  reader.expectEnd()
  return { hello, pending: (head & PENDING) !== 0, groups, mine, yours }
}

function notOurs(head: number): Error {
  const begins = `0x${head.toString(16).padStart(2, "0")} begins`
  return diffError(
    "set-message-invalid",
    head >> 4 === RATELESS_VERSION
      ? `${begins} a message of a rateless reconciliation: \`acceptRateless\` and \`stepRateless\` take it`
      : `${begins} no message of this version`
  )
}

function readHello(reader: ByteReader): RangeHello {
  const keyTag = (reader.u8() << 8) | reader.u8()
  const order = reader.u8()
  return {
    keyTag,
    orderBytes: order & ~SILENT,
    tells: (order & SILENT) === 0,
    checksum: readChecksum(reader)
  }
}

/** A number of things of at least two bytes each, as many as may follow. */
function countOf(reader: ByteReader): number {
  return reader.varUint(Math.floor(reader.remaining / 2))
}

/** Ranges of one message may not overlap, or a short message could ask for work without end. */
function readGroup(
  reader: ByteReader,
  bounds: BoundReader,
  before: RangeGroup | undefined,
  most: number
): RangeGroup {
  const from = bounds.read(reader)
  const last = before?.claims.at(-1)
  const overlaps = before !== undefined && (last === undefined || last.to === undefined)
  if (from === undefined || overlaps || (last !== undefined && isBefore(from, last.to))) {
    throw diffError("set-message-invalid", "a group of ranges begins before the one before it ends")
  }
  const claims: RangeClaim[] = []
  let start: RangeBound = from
  const count = countOf(reader)
  if (count > most) throw diffError("set-limit", `the peer tells more than ${MOST_RANGES} ranges at once`)
  for (let left = count; left > 0; left--) {
    const claim = readClaim(reader, bounds.read(reader))
    if (start === undefined || !isBefore(start, claim.to)) {
      throw diffError("set-message-invalid", "a range ends where it begins or before")
    }
    claims.push(claim)
    start = claim.to
  }
  return { from, claims }
}

function readClaim(reader: ByteReader, to: RangeBound): RangeClaim {
  const head = reader.u8()
  if (head === SUM) {
    const [high, low, check] = [reader.u32() | 0, reader.u32() | 0, reader.u32() | 0]
    return { kind: "sum", to, sum: { high, low, check, count: reader.u8() } }
  }
  if (head > MOST_LISTED + 1) throw diffError("set-message-invalid", `${head} is no kind of claim`)
  const ids = Array.from({ length: head - 1 }, () => reader.bytes(ID_BYTES).slice())
  return { kind: "ids", to, ids }
}

/** Everything: from the first item to the last. */
export const EVERYTHING: { readonly from: Uint8Array; readonly to: RangeBound } = {
  from: FIRST,
  to: undefined
}
