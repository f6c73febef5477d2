import type { CompressionMethod } from "../platform/compression-method.ts"
import { hasCompression } from "#platform"

/** First bytes of a signature: `SLS`, version 1. */
export const SIGNATURE_MAGIC: Uint8Array = Uint8Array.of(0x53, 0x4c, 0x53, 1)

/** Blocks in one group of a signature, at most. */
export const GROUP_BLOCKS = 4096

/** Bytes of the checksum that ends a signature. */
export const SIGNATURE_CHECK_BYTES = 8

/** What a signature says before its sums. */
export interface SignatureHeader {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** What whoever made the signature can decompress. */
  readonly accept: readonly CompressionMethod[]
  readonly blockBytes: number
  /** Bytes of a strong sum, its head included. */
  readonly strongBytes: number
  /** Bytes of the head: 0 for none. */
  readonly headBytes: number
}

const methodBits: Readonly<Record<CompressionMethod, number>> = { deflate: 1, brotli: 2, zstd: 4 }

/** Methods in the order in which a sender chooses: the one that makes short windows smallest first. */
export const methodsByChoice: readonly CompressionMethod[] = ["brotli", "zstd", "deflate"]

/** Every method this runtime has. */
export function runtimeMethods(): CompressionMethod[] {
  return methodsByChoice.filter(hasCompression)
}

/** A set of methods as a byte. */
export function methodsToByte(methods: readonly CompressionMethod[]): number {
  return methods.reduce((byte, method) => byte | methodBits[method], 0)
}

/** The other way; undefined if a bit has no meaning. */
export function byteToMethods(byte: number): CompressionMethod[] | undefined {
  return byte > 7 ? undefined : methodsByChoice.filter(method => (byte & methodBits[method]) !== 0)
}
