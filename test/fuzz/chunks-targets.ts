import {
  type BlobManifest,
  type ChunkId,
  decodeManifest,
  encodeManifest,
  fetchBlob,
  memoryChunkStore,
  readBlob,
  storeBlob
} from "@syncline/diff/chunks"
import { ChunkHasher } from "../../packages/diff/src/chunks/store/chunk-id.ts"
import { decodeNode, encodeNode } from "../../packages/diff/src/chunks/store/manifest-node.ts"
import { fuzzRandom } from "./fuzz-random.ts"
import type { FuzzOutcome, FuzzRandom, FuzzTarget } from "./fuzz-target.ts"
import { mustEqual, orRefused } from "./outcome.ts"

const OPTIONS = { minBytes: 64, averageBytes: 64, maxBytes: 80 }
const SAMPLES = 200

/** Decoders of blobs: manifests, nodes, and a source that sends whatever it likes. */
export const chunksTargets: readonly FuzzTarget[] = [
  { name: "chunks/manifest", run: fuzzManifest },
  { name: "chunks/node", run: fuzzNode },
  { name: "chunks/fetch", run: fuzzFetch }
]

/** A manifest that is read has exactly the bytes it was read from. */
async function fuzzManifest(random: FuzzRandom): Promise<FuzzOutcome> {
  const { manifest } = await sample(random)
  const bytes = random.mangle(encodeManifest(manifest))
  const before = bytes.slice()
  const decoded = await orRefused(["blob-damaged"], () => Promise.resolve(decodeManifest(bytes)))
  mustEqual(bytes, before, "a manifest's bytes were changed")
  if (decoded === undefined) return "refused"
  mustEqual(encodeManifest(decoded), bytes, "a manifest has two forms")
  return "accepted"
}

/** So has a node, and its lengths sum up to what it stands for. */
async function fuzzNode(random: FuzzRandom): Promise<FuzzOutcome> {
  const height = 1 + random.below(3)
  const children = Array.from({ length: 1 + random.below(20) }, () => ({
    id: idOf(random),
    length: 64 * 16 ** (height - 1) + random.below(1000)
  }))
  const length = children.reduce((sum, child) => sum + child.length, 0)
  const bytes = random.mangle(encodeNode({ height, children }))
  const before = bytes.slice()
  const node = await orRefused(["blob-damaged"], () => Promise.resolve(decodeNode(bytes, height, length)))
  mustEqual(bytes, before, "a node's bytes were changed")
  if (node === undefined) return "refused"
  mustEqual(encodeNode(node), bytes, "a node has two forms")
  return "accepted"
}

/** A source that sends damaged nodes under ids that fit them: fetched is the content a manifest names, or nothing. */
async function fuzzFetch(random: FuzzRandom): Promise<FuzzOutcome> {
  const { manifest, chunks } = await sample(random)
  const hasher = await hashers
  const root = random.mangle(chunks.get(manifest.root) ?? new Uint8Array(0))
  const id = manifest.height === 0 ? hasher.chunkId(root) : hasher.nodeId(root)
  const damaged = new Map(chunks).set(id, root)
  const store = memoryChunkStore()
  const source = { load: async (ids: readonly ChunkId[]) => ids.map(one => damaged.get(one)) }
  const fetched = await orRefused(["blob-damaged", "chunk-missing", "blob-too-large"], async () => {
    await fetchBlob(store, "a", { ...manifest, root: id }, source, { maxBytes: 1 << 20 })
    return true
  })
  if (fetched === undefined) return "refused"
  let length = 0
  for await (const piece of readBlob(store, { ...manifest, root: id })) length += piece.length
  if (length !== manifest.length) throw new Error("a blob of another length was fetched")
  return "accepted"
}

interface Sample {
  readonly manifest: BlobManifest
  /** All that is stored, by id. */
  readonly chunks: ReadonlyMap<ChunkId, Uint8Array>
}

const hashers = ChunkHasher.create()
const samples = new Map<number, Promise<Sample>>()

/** One of some stored blobs, which are kept: making one takes far longer than decoding. */
function sample(random: FuzzRandom): Promise<Sample> {
  const seed = random.below(SAMPLES)
  let made = samples.get(seed)
  if (made === undefined) samples.set(seed, (made = makeSample(fuzzRandom(seed))))
  return made
}

async function makeSample(random: FuzzRandom): Promise<Sample> {
  const store = memoryChunkStore()
  const chunks = new Map<ChunkId, Uint8Array>()
  const watched: typeof store = {
    has: ids => store.has(ids),
    get: id => store.get(id),
    addReferences: (holder, ids) => store.addReferences(holder, ids),
    release: (holder, ids) => store.release(holder, ids),
    references: holder => store.references(holder),
    put: batch => {
      for (const { id, bytes } of batch.put) chunks.set(id, bytes.slice())
      return store.put(batch)
    }
  }
  const manifest = await storeBlob(watched, "a", [random.bytes(random.below(6000))], OPTIONS)
  return { manifest, chunks }
}

function idOf(random: FuzzRandom): ChunkId {
  return Array.from(random.bytes(32), byte => byte.toString(16).padStart(2, "0")).join("")
}
