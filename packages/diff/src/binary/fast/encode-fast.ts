import { ByteWriter } from "@syncline/clock/bytes"
import { compress, hasCompression } from "#platform"
import type { CompressionMethod } from "../../platform/compression-method.ts"
import type { CopyScript } from "../matcher/copy-script.ts"
import { LAST_BLOCK, METHODS } from "./block-tag.ts"
import { cutBlocks } from "./cut-blocks.ts"
import { packBlock } from "./op-block.ts"

// Best first: brotli codes columns and short literals smallest.
const PREFERRED: readonly CompressionMethod[] = ["brotli", "zstd", "deflate"]

/**
 * The body of a `fast` delta: a script as blocks of columns, each compressed by the best of the methods accepted that this runtime
 * has; stored if it has none of them.
 */
export async function encodeFast(
  next: Uint8Array,
  script: CopyScript,
  methods: readonly CompressionMethod[]
): Promise<Uint8Array<ArrayBuffer>> {
  const method = PREFERRED.find(candidate => methods.includes(candidate) && hasCompression(candidate))
  let diagonal = 0
  const packed = Array.from(cutBlocks(next, script), ops => {
    const bytes = packBlock(ops, diagonal)
    diagonal = ops.diagonals.at(-1) ?? diagonal
    return bytes
  })
  const writer = new ByteWriter(1024)
  for (const [index, raw] of packed.entries()) {
    const small = method === undefined ? raw : await compress(method, raw, "fast")
    const [code, payload] =
      method === undefined || small.length >= raw.length ? [0, raw] : [METHODS.indexOf(method) + 1, small]
    const last = index === packed.length - 1
    writer.u8(code + (last ? LAST_BLOCK : 0))
    if (!last) writer.varUint(payload.length)
    writer.bytes(payload)
  }
  return writer.finish()
}
