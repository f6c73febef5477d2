import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import type { ChunkerOptions } from "../chunker-options.ts"
import { encodeManifest } from "./blob-manifest.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { storeBlob } from "./store-blob.ts"

interface BlobVector {
  readonly content: { readonly seed: number; readonly length: number }
  readonly options: ChunkerOptions
  readonly manifest: string
  /** Of the root, if it is a node. */
  readonly rootBytes?: string
}

const vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/chunks-blob.json", import.meta.url), "utf8")
) as readonly BlobVector[]

/** The generator of the vectors, as in [CK2]. */
function vectorContent(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

it.each(vectors)(
  "[CB8] $content.length bytes of seed $content.seed have the manifest of the vectors",
  async vector => {
    const { content, options, manifest: expected, rootBytes } = vector
    const store = memoryChunkStore()
    const manifest = await storeBlob(store, "a", [vectorContent(content.seed, content.length)], options)
    expect(hex(encodeManifest(manifest))).toBe(expected)
    const root = hex((await store.get(manifest.root)) ?? new Uint8Array(0))
    expect(manifest.height === 0 ? undefined : root).toBe(rootBytes)
  }
)
