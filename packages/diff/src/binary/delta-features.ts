import { hasCompression } from "#platform"
import type { CompressionMethod } from "../platform/compression-method.ts"
import { deflaterName } from "./gzip/deflater.ts"

/**
 * What a side can read beyond uncompressed columns: a compressor; `mixing`, the context-mixing coder of level `small`; or
 * `gzip:` with the name of a deflater that would have to make a gzip file again, bit for bit.
 */
export type DeltaFeature = CompressionMethod | "mixing" | `gzip:${string}`

const METHODS: readonly CompressionMethod[] = ["brotli", "zstd", "deflate"]

/**
 * What this runtime can read. A side that is to receive deltas tells the sender, which passes it as `accept`. Browsers list
 * no `gzip`, since they cannot deflate at a chosen level.
 */
export async function deltaFeatures(): Promise<DeltaFeature[]> {
  const name = await deflaterName()
  return [
    ...METHODS.filter(hasCompression),
    "mixing",
    ...(name === undefined ? [] : [`gzip:${name}` as const])
  ]
}
