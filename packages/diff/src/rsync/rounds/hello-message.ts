import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { BitReader, BitWriter, bitBytes } from "./bit-stream.ts"
import { KEY_BYTES, WHOLE_HASH_BYTES } from "./content-hasher.ts"
import { FIRST_NODES, firstWidth, invalidMessage, messageKind } from "./round-message.ts"

/** Version of the format, in the first message. */
const VERSION = 1

/** The first message: what content there is, and the highest level of its tree that is worth sending. */
export interface Hello {
  /** All digests of the transfer are keyed with this. */
  readonly key: Uint8Array
  /** Of the content, in bytes. */
  readonly length: number
  /** Of the whole content. */
  readonly hash: Uint8Array
  /** 0 for leaves. */
  readonly level: number
  /** The first bits of the digests of all nodes at that level: `firstWidth(digests.length)` of them. */
  readonly digests: readonly number[]
}

/** Writes the first message. */
export function encodeHello(hello: Hello): Uint8Array<ArrayBuffer> {
  const { key, length, hash, level, digests } = hello
  const writer = new ByteWriter()
  writer.u8(messageKind.hello)
  writer.u8(VERSION)
  writer.bytes(key)
  writer.varUint(length)
  writer.bytes(hash)
  writer.u8(level)
  writer.u8(digests.length)
  const width = firstWidth(digests.length)
  const bits = new BitWriter()
  for (const digest of digests) bits.write(digest, width)
  writer.bytes(bits.finish())
  return writer.finish()
}

/** Reads what follows the kind; copies. Throws errors of readers, and `rounds-message-invalid`. */
export function decodeHello(reader: ByteReader): Hello {
  const version = reader.u8()
  if (version !== VERSION) throw invalidMessage(`format version ${version} is unknown, this is ${VERSION}`)
  const key = reader.bytes(KEY_BYTES).slice()
  const length = reader.varUint()
  const hash = reader.bytes(WHOLE_HASH_BYTES).slice()
  const level = reader.u8()
  const count = reader.u8()
  if (count > FIRST_NODES)
    throw invalidMessage(`the first message has ${count} nodes, more than ${FIRST_NODES}`)
  const width = firstWidth(count)
  const bits = new BitReader(reader.bytes(bitBytes(count * width)))
  return { key, length, hash, level, digests: Array.from({ length: count }, () => bits.read(width)) }
}
