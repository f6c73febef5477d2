import type { CompressionMethod } from "../../platform/compression-method.ts"
import { envelopeMethods } from "../envelope.ts"

/**
 * What a side can read in a change: a compressor; `delta`, binary deltas of documents; `mixing`, those whose literals went
 * through the context-mixing coder. Both of the latter need WebAssembly.
 */
export type ChangeMethod = CompressionMethod | "delta" | "mixing"

/** What this runtime can read in a change. Tell a peer before it packs, to use as its `accept`. */
export function changeMethods(): ChangeMethod[] {
  return [...envelopeMethods(), ...("WebAssembly" in globalThis ? (["delta", "mixing"] as const) : [])]
}
