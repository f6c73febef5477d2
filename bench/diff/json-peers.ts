import { Worker } from "node:worker_threads"
import { brotliCompressSync, constants } from "node:zlib"
import fastJsonPatch from "fast-json-patch"
import { JsonPatchDiff } from "json-joy/lib/json-patch-diff/JsonPatchDiff.js"
import { create } from "jsondiffpatch"
import { pack } from "msgpackr"

/** What a peer would send for a change. */
export interface PeerPayload {
  /** Library and the encoding that came out smallest. */
  readonly name: string
  readonly bytes: number
}

// The best a user of it can do: elements matched by what names them.
const hashing = create({
  objectHash: (element, index) => {
    const { id, title, name } = element as Readonly<Record<string, unknown>>
    return JSON.stringify(id ?? title ?? name ?? index)
  }
})

/**
 * Each peer's change of `before` into `after`, in its smallest encoding; those that took too long are named apart. rfc6902 gets
 * `patienceMs`: it compares all elements of two arrays with all, recursively, minutes and gigabytes for a few thousand.
 */
export async function peerPayloads(
  before: object,
  after: object,
  patienceMs: number
): Promise<{ readonly payloads: readonly PeerPayload[]; readonly gaveUp: readonly string[] }> {
  const payloads = [
    smallest("fast-json-patch", fastJsonPatch.compare(before, after)),
    smallest("jsondiffpatch", hashing.diff(before, after) ?? null),
    smallest("json-joy", new JsonPatchDiff().diff("", before, after))
  ]
  const patch = await rfc6902Patch(before, after, patienceMs)
  if (patch === undefined) return { payloads, gaveUp: [`rfc6902 after ${patienceMs / 1000} s`] }
  return { payloads: [...payloads, smallest("rfc6902", patch)], gaveUp: [] }
}

function smallest(library: string, change: unknown): PeerPayload {
  const json = new TextEncoder().encode(JSON.stringify(change))
  const packed = pack(change)
  const forms = [
    { name: `${library}, JSON`, bytes: json.length },
    { name: `${library}, msgpackr`, bytes: packed.length },
    { name: `${library}, JSON, brotli`, bytes: brotliBytes(json) },
    { name: `${library}, msgpackr, brotli`, bytes: brotliBytes(packed) }
  ]
  return forms.reduce((a, b) => (b.bytes < a.bytes ? b : a))
}

function brotliBytes(bytes: Uint8Array): number {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length
  }
  return brotliCompressSync(bytes, { params }).length
}

/** Undefined where it did not end in time, or ran out of memory. */
async function rfc6902Patch(before: object, after: object, patienceMs: number): Promise<unknown> {
  const worker = new Worker(new URL("json-rfc6902-worker.ts", import.meta.url), {
    workerData: { before, after },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 1024 }
  })
  try {
    return await new Promise<unknown>(resolve => {
      const timer = setTimeout(() => resolve(undefined), patienceMs)
      const end = (result: unknown): void => {
        clearTimeout(timer)
        resolve(result)
      }
      worker.once("message", end)
      worker.once("error", () => end(undefined))
    })
  } finally {
    await worker.terminate()
  }
}
