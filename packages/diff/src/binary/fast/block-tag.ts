import type { CompressionMethod } from "../../platform/compression-method.ts"

/** Codes of methods in a block's tag are indices here plus one; 0 is for bytes that are not compressed. */
export const METHODS: readonly CompressionMethod[] = ["deflate", "brotli", "zstd"]

/** Set in the tag of the last block, which needs no length. */
export const LAST_BLOCK = 0x80
