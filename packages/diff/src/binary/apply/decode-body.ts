import { checksum, runningChecksum } from "../container/checksum.ts"
import type { DeltaHeader } from "../container/delta-header.ts"
import type { ResolvedDeltaLimits } from "../container/delta-limits.ts"
import type { DeltaSource } from "../container/delta-source.ts"
import { readBlocks } from "../fast/read-blocks.ts"
import { decodeGzip } from "../gzip/decode-gzip.ts"
import { ResultBuilder } from "./result-builder.ts"

/** A new version, and the checksum it has. */
export interface Decoded {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sum: Uint8Array
}

/** The new version that a body describes; whether it is the one announced is not checked yet. `old` has the length the header says. */
export async function decodeBody(
  old: Uint8Array,
  source: DeltaSource,
  header: DeltaHeader,
  limits: ResolvedDeltaLimits
): Promise<Decoded> {
  if (header.kind === "fast") return playBlocks(old, source, header)
  if (header.kind === "gzip") return summed(await decodeGzip(old, source, limits, decodeBody))
  const body = await source.rest(limits.maxDeltaBytes)
  // Only those who meet such a delta load the coder and its WebAssembly.
  const { decodeMixed } = await import("../mixing/decode-mixed.ts")
  return summed(await decodeMixed(old, body, header.nextLength, limits))
}

async function summed(bytes: Uint8Array<ArrayBuffer>): Promise<Decoded> {
  return { bytes, sum: await checksum(bytes) }
}

async function playBlocks(old: Uint8Array, source: DeltaSource, header: DeltaHeader): Promise<Decoded> {
  const result = new ResultBuilder(old, header.nextLength, await runningChecksum())
  for await (const block of readBlocks(source, header)) result.play(block)
  return result.finish()
}
