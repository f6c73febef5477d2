import type { CompressionMethod } from "../../platform/compression-method.ts"
import { packFeatures } from "../envelope.ts"

/**
 * What a side can read in a change: a compressor; `delta`, binary deltas of documents; `mixing`, those whose literals went
 * through the context-mixing coder. Both of the latter need WebAssembly.
 */
export type ChangeFeature = CompressionMethod | "delta" | "mixing"

/** What this runtime can read in a change. Tell a peer before it packs, to use as its `accept`. */
export function changeFeatures(): ChangeFeature[] {
  return [...packFeatures(), ...("WebAssembly" in globalThis ? (["delta", "mixing"] as const) : [])]
}
