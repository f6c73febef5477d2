// What a page does with @syncline/diff: everything through its public entry points, as an application would.
import { applyDelta, deltaFeatures, encodeDelta } from "@syncline/diff/binary"
import { BloomFilter } from "@syncline/diff/bloom"
import { chunkBytes, memoryChunkStore, readBlob, storeBlob } from "@syncline/diff/chunks"
import { packChange, packPatch, unpackChange, unpackPatch } from "@syncline/diff/codec"
import { applyPatch, deepEqualJson, invertPatch, type JsonPatch } from "@syncline/diff/json"
import { diffJson } from "@syncline/diff/json/diff"
import { deltaToBytes, patchToBytes, signatureToBytes } from "@syncline/diff/rsync"
import { applySplices, diffText } from "@syncline/diff/text"

/** What came in from Node, and what the page made of it. Bytes travel as plain arrays. */
interface PageWork {
  readonly old: readonly number[]
  readonly next: readonly number[]
  readonly smallDelta: readonly number[]
  readonly signature: readonly number[]
}

interface PageAnswer {
  readonly applied: readonly number[]
  readonly smallDelta: readonly number[]
  readonly fastDelta: readonly number[]
  readonly remoteDelta: readonly number[]
  readonly features: readonly string[]
  readonly chunkLengths: readonly number[]
}

/** Laws that need nothing from outside; the names of those that did not hold. */
async function laws(): Promise<readonly string[]> {
  const before = { title: "Trip", tags: ["a", "b"], body: "Pack the tent.", steps: [{ id: 1 }, { id: 2 }] }
  const after = { title: "Trip!", tags: ["b", "a", "c"], body: "Pack the big tent.", steps: [{ id: 2 }] }
  const patch: JsonPatch = diffJson(before, after)
  const bytes = new TextEncoder().encode(JSON.stringify(before).repeat(400))
  const store = memoryChunkStore()
  const manifest = await storeBlob(store, "trip", bytes)
  const bloom = new BloomFilter(new Uint8Array(16), { capacity: 1000, rate: 0.01 })
  bloom.add(bytes.subarray(0, 8))
  const held: Readonly<Record<string, boolean>> = {
    text: applySplices(before.body, diffText(before.body, after.body)) === after.body,
    graphemes: diffText("e\u0301", "e\u0300", { graphemes: true })[0]?.remove === 2,
    patch: deepEqualJson(applyPatch(before, patch), after),
    inverse: deepEqualJson(applyPatch(after, invertPatch(before, patch)), before),
    packed: deepEqualJson(await unpackPatch(await packPatch(patch)), patch),
    change: deepEqualJson(await unpackChange(before, await packChange(before, after)), after),
    blob: equal(await gather(readBlob(store, manifest)), bytes),
    bloom: bloom.has(bytes.subarray(0, 8))
  }
  return Object.entries(held).flatMap(([name, holds]) => (holds ? [] : [name]))
}

async function work(given: PageWork): Promise<PageAnswer> {
  const [old, next] = [Uint8Array.from(given.old), Uint8Array.from(given.next)]
  const signature = Uint8Array.from(given.signature)
  const remoteDelta = await deltaToBytes(signature, next)
  return {
    applied: [...(await applyDelta(old, Uint8Array.from(given.smallDelta)))],
    smallDelta: [...(await encodeDelta(old, next, { level: "small" }))],
    fastDelta: [...(await encodeDelta(old, next, { level: "fast", accept: ["deflate"] }))],
    remoteDelta: [...remoteDelta],
    features: await deltaFeatures(),
    chunkLengths: [...chunkBytes(next)]
  }
}

/** Before `small` is used, so that a test can see what is loaded only then. */
async function fastOnly(): Promise<boolean> {
  const [old, next] = [new Uint8Array(1000), new Uint8Array(1001).fill(1)]
  const delta = await encodeDelta(old, next, { level: "fast" })
  return equal(await applyDelta(old, delta), next)
}

async function remote(old: readonly number[], delta: readonly number[]): Promise<readonly number[]> {
  return [...(await patchToBytes(Uint8Array.from(old), Uint8Array.from(delta)))]
}

async function sign(old: readonly number[]): Promise<readonly number[]> {
  return [...(await signatureToBytes(Uint8Array.from(old)))]
}

async function gather(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: number[] = []
  for await (const piece of pieces) all.push(...piece)
  return Uint8Array.from(all)
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index])
}

/** What the test calls. */
export interface DiffPage {
  readonly laws: typeof laws
  readonly work: typeof work
  readonly fastOnly: typeof fastOnly
  readonly remote: typeof remote
  readonly sign: typeof sign
}

const page: DiffPage = { laws, work, fastOnly, remote, sign }
Object.assign(globalThis, { page })
