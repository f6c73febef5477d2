import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { BitReader, BitWriter, bitBytes } from "./bit-stream.ts"
import { MOST_CHILDREN } from "./content-tree.ts"
import { digestWidth, invalidMessage, messageKind } from "./round-message.ts"

// One child to MOST_CHILDREN.
const COUNT_BITS: number = Math.log2(MOST_CHILDREN)

/** The children of the nodes that were asked for. */
export interface Children {
  /** Bits of each digest. */
  readonly width: number
  /** For each node the digests of its children as far as sent. */
  readonly families: ReadonlyArray<readonly number[]>
}

/** What the request for children said. */
export interface ChildrenAsked {
  /** The level of the children. */
  readonly level: number
  /** How many nodes were asked for. */
  readonly nodes: number
  /** Bits that a digest needs. */
  readonly needed: number
}

/** Writes the children's digests, each of the width that {@link Children} says already. */
export function encodeChildren({ width, families }: Children): Uint8Array<ArrayBuffer> {
  const bits = new BitWriter()
  for (const family of families) bits.write(family.length - 1, COUNT_BITS)
  for (const digest of families.flat()) bits.write(digest, width)
  const writer = new ByteWriter()
  writer.u8(messageKind.children)
  writer.bytes(bits.finish())
  return writer.finish()
}

/**
 * Reads what follows the kind: the children that were asked for. Allocates no
 * more than some fifty times the message, which is nodes of one child each. Throws `rounds-message-invalid`.
 */
export function decodeChildren(reader: ByteReader, asked: ChildrenAsked): Children {
  const { level, nodes, needed } = asked
  const bytes = reader.bytes(reader.remaining)
  if (bytes.length < bitBytes(nodes * COUNT_BITS)) throw wrongLength(nodes, bytes.length)
  const bits = new BitReader(bytes)
  const counts = Array.from({ length: nodes }, () => bits.read(COUNT_BITS) + 1)
  const total = counts.reduce((sum, count) => sum + count, 0)
  const width = digestWidth(level, needed, total)
  if (bytes.length !== bitBytes(nodes * COUNT_BITS + total * width)) throw wrongLength(nodes, bytes.length)
  const families = counts.map(count => Array.from({ length: count }, () => bits.read(width)))
  return { width, families }
}

function wrongLength(nodes: number, length: number): Error {
  return invalidMessage(`${length} bytes cannot be the children of ${nodes} nodes`, { nodes, length })
}
