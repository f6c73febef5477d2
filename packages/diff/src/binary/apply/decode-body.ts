import type { DeltaHeader } from "../container/delta-header.ts"
import type { ResolvedDeltaLimits } from "../container/delta-limits.ts"
import type { DeltaSource } from "../container/delta-source.ts"
import { readBlocks } from "../fast/read-blocks.ts"
import { decodeGzip } from "../gzip/decode-gzip.ts"

/** The new version that a body describes, not checked yet. `old` has the length the header says. */
export async function decodeBody(
  old: Uint8Array,
  source: DeltaSource,
  header: DeltaHeader,
  limits: ResolvedDeltaLimits
): Promise<Uint8Array> {
  if (header.kind === "gzip") return decodeGzip(old, source, limits, decodeBody)
  if (header.kind === "mixed") {
    const body = await source.rest(limits.maxDeltaBytes)
    // Only those who meet such a delta load the coder and its WebAssembly.
    const { decodeMixed } = await import("../mixing/decode-mixed.ts")
    return decodeMixed(old, body, header.nextLength, limits)
  }
  return playBlocks(old, source, header)
}

async function playBlocks(old: Uint8Array, source: DeltaSource, header: DeltaHeader): Promise<Uint8Array> {
  // A claim costs nothing until it is written to: zeroed pages are not resident, and a body that makes less is refused.
  const out = new Uint8Array(header.nextLength)
  let at = 0
  for await (const block of readBlocks(source, header)) {
    let literal = 0
    for (let i = 0; i < block.count; i++) {
      const literalEnd = literal + (block.literalLengths[i] ?? 0)
      const from = block.copyFrom[i] ?? 0
      const length = block.copyLengths[i] ?? 0
      out.set(block.literals.subarray(literal, literalEnd), at)
      at += literalEnd - literal
      out.set(old.subarray(from, from + length), at)
      at += length
      literal = literalEnd
    }
  }
  return out
}
