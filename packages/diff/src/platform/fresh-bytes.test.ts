import { expect, it } from "vitest"
import { applyDelta } from "../binary/apply/apply-delta.ts"
import { applyDeltaStream } from "../binary/apply/apply-delta-stream.ts"
import { encodeDelta } from "../binary/encode-delta.ts"
import { BloomFilter } from "../bloom/bloom-filter.ts"
import { encodeManifest } from "../chunks/store/blob-manifest.ts"
import { packChange } from "../codec/pack-change.ts"
import { packPatch } from "../codec/pack-patch.ts"
import { pack } from "../codec/pack.ts"
import { deltaToBytes } from "../rsync/delta.ts"
import { patchToBytes } from "../rsync/patch.ts"
import { beginSending } from "../rsync/rounds/sending.ts"
import { signatureToBytes } from "../rsync/signature.ts"

const [old, next] = [Uint8Array.of(1, 2, 3), Uint8Array.of(1, 2, 3, 4)]

/** Typed as browsers type what a Blob or a request may hold: in no memory that is shared. */
async function made(): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const delta = await encodeDelta(old, next)
  const signature = await signatureToBytes(old)
  const remote = await deltaToBytes(signature, next)
  const { message } = await beginSending(next, { key: new Uint8Array(16) })
  const { value } = await applyDeltaStream(old, delta).next()
  return [
    delta,
    await applyDelta(old, delta),
    value ?? new Uint8Array(0),
    signature,
    remote,
    await patchToBytes(old, remote),
    message ?? new Uint8Array(0),
    await pack([1]),
    await packPatch([{ op: "remove", path: "/a" }]),
    await packChange({ a: 1 }, {}),
    new BloomFilter(new Uint8Array(16), { capacity: 10, rate: 0.01 }).encode(),
    encodeManifest({ length: 0, hash: "0".repeat(64), height: 0, root: "0".repeat(64) })
  ]
}

it("[PF4] bytes that are made go into Blobs and requests as they are", async () => {
  const all = await made()
  for (const bytes of all) expect(bytes.buffer).toBeInstanceOf(ArrayBuffer)
  expect(new Blob([...all]).size).toBe(all.reduce((sum, { length }) => sum + length, 0))
})
