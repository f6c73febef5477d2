import { hasCompression } from "#platform"
import type { CompressionMethod } from "../platform/compression-method.ts"
import { knownDeflaters } from "./gzip/deflater.ts"

/**
 * What a side can read beyond uncompressed columns: a compressor; `mixing`, the context-mixing coder of level `small`; `gzip`,
 * zlib's deflate, to make a gzip file again, bit for bit; or `gzip:` with the name of another deflater.
 */
export type DeltaFeature = CompressionMethod | "mixing" | "gzip" | `gzip:${string}`

const METHODS: readonly CompressionMethod[] = ["brotli", "zstd", "deflate"]

/**
 * What this runtime can read. A side that is to receive deltas tells the sender, which passes it as `accept`. In browsers this
 * is without a deflater of the runtime's own, since they offer no levels.
 */
export async function deltaFeatures(): Promise<DeltaFeature[]> {
  const deflaters = await knownDeflaters()
  return [...METHODS.filter(hasCompression), "mixing", ...deflaters.map(({ feature }) => feature)]
}
