import { isSynclineError } from "@syncline/clock"
import { ByteReader } from "@syncline/clock/bytes"
import { isBytes } from "../../argument/is-bytes.ts"
import { diffError } from "../../error/diff-error.ts"
import { DIGEST_BITS } from "./content-hasher.ts"

/** First byte of each message; spec/rsync.md gives the rest. */
export const messageKind = {
  hello: 1,
  children: 2,
  leaves: 3,
  repairs: 4,
  whole: 5,
  askChildren: 17,
  askLeaves: 18,
  askRepairs: 19,
  askWhole: 20,
  done: 21
} as const

// Bits beyond those that make one false match likely. Above the leaves one costs the whole content, so it must be rare:
// once in 4096 for each level.
const NODE_MARGIN_BITS = 12
// Among leaves it costs some 300 bytes for a repair, and a bit more for each leaf costs about as much in all: what is
// least in sum lies near 9 for any number of leaves.
const LEAF_MARGIN_BITS = 9

/** Most nodes in the first message. */
export const FIRST_NODES = 32
/** Bits of each of `count` digests in the first message, which nobody has asked for: good for twice as many old nodes. */
export function firstWidth(count: number): number {
  return nodeWidth(neededBits(1, 2 * FIRST_NODES), count)
}

/** Whether digests of the first message tell so many old nodes apart. */
export function isWideEnough(candidates: number): boolean {
  return candidates <= 2 * FIRST_NODES
}

/** Bits that a digest needs at a level (0 for leaves) to be compared with so many others. */
export function neededBits(level: number, candidates: number): number {
  const margin = level === 0 ? LEAF_MARGIN_BITS : NODE_MARGIN_BITS
  return Math.min(DIGEST_BITS, margin + ceilLog2(candidates))
}

/** Bits of each of `count` digests at a level, if `needed` were asked for. */
export function digestWidth(level: number, needed: number, count: number): number {
  return level === 0 ? needed : nodeWidth(needed, count)
}

/** The first `width` bits of a digest. */
export function shortDigest(digest: number, width: number): number {
  return Math.floor(digest / 2 ** (DIGEST_BITS - width))
}

/**
 * Reads a message with `read`, which must take all of it.
 *
 * @throws SynclineError `rounds-message-invalid` in place of what readers and compressors throw; other codes as they are.
 */
export async function readMessage<T>(
  message: Uint8Array,
  read: (reader: ByteReader, kind: number) => Promise<T> | T
): Promise<T> {
  if (!isBytes(message)) throw invalidMessage("a message is a Uint8Array, as the other side gave it")
  try {
    const reader = new ByteReader(message)
    const result = await read(reader, reader.u8())
    reader.expectEnd()
    return result
  } catch (cause) {
    if (!isSynclineError(cause) || cause.code.startsWith("rounds-")) throw cause
    throw diffError(
      "rounds-message-invalid",
      `the other side sent a message that cannot be read: ${cause.message}`,
      {},
      cause
    )
  }
}

/** What to throw for a message that came out of turn or holds what it must not. */
export function invalidMessage(message: string, details: Readonly<Record<string, unknown>> = {}): Error {
  return diffError("rounds-message-invalid", message, details)
}

function nodeWidth(needed: number, count: number): number {
  return Math.min(DIGEST_BITS, needed + ceilLog2(count))
}

function ceilLog2(count: number): number {
  return count <= 1 ? 0 : Math.ceil(Math.log2(count))
}
