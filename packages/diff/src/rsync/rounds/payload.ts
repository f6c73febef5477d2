import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { compress, decompress, hasCompression } from "#platform"
import { diffError } from "../../error/diff-error.ts"
import type { CompressionMethod } from "../../platform/compression-method.ts"

const RAW = 0
// In order of preference for what travels here, text most of the time; a method's tag is its place and one.
const methods: readonly CompressionMethod[] = ["brotli", "zstd", "deflate"]
// Best compression runs at a megabyte a second: more than this is compressed fast.
const BEST_EFFORT_BYTES = 2 ** 22

/** The methods this runtime can undo, as bits by tag less one. */
export function acceptedMethods(): number {
  return methods.reduce((bits, method, i) => (hasCompression(method) ? bits | (1 << i) : bits), 0)
}

/** Appends bytes, compressed by the first method that both sides have if that makes them fewer. */
export async function writePayload(writer: ByteWriter, bytes: Uint8Array, accepted: number): Promise<void> {
  const index = methods.findIndex((method, i) => (accepted & (1 << i)) !== 0 && hasCompression(method))
  const method = methods[index]
  const effort = bytes.length <= BEST_EFFORT_BYTES ? "best" : "fast"
  const packed = method === undefined ? bytes : await compress(method, bytes, effort)
  const smaller = packed.length < bytes.length
  writer.u8(smaller ? index + 1 : RAW)
  writer.varUint(bytes.length)
  writer.bytes(smaller ? packed : bytes)
}

/**
 * Reads what is left of a message as a payload of at most `maxBytes`; a view of the message where it is not compressed.
 * Throws errors of readers and compressors, and `rounds-message-invalid`.
 */
export async function readPayload(reader: ByteReader, maxBytes: number): Promise<Uint8Array> {
  const tag = reader.u8()
  const length = reader.varUint(maxBytes)
  const packed = reader.bytes(reader.remaining)
  const method = methods[tag - 1]
  if (method === undefined && tag !== RAW) throw invalid(`payload tag ${tag} is unknown`)
  const bytes = method === undefined ? packed : await decompress(method, packed, length)
  if (bytes.length !== length) throw invalid(`a payload of ${bytes.length} bytes says that it has ${length}`)
  return bytes
}

function invalid(message: string): Error {
  return diffError("rounds-message-invalid", message)
}
