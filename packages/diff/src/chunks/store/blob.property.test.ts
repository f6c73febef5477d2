import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { ChunkerOptions } from "../chunker-options.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import type { ChunkId } from "./chunk-id.ts"
import { storeSource } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { missingChunks } from "./missing-chunks.ts"
import { readBlob } from "./read-blob.ts"
import { releaseBlob } from "./release-blob.ts"
import { storeBlob } from "./store-blob.ts"

// Small chunks, so that small contents have trees of three levels.
const options: ChunkerOptions = { minBytes: 64, averageBytes: 64, maxBytes: 80 }

/** Contents that share long stretches with each other, and repeat themselves. */
const content = fc
  .array(
    fc.tuple(fc.nat(5), fc.integer({ min: 0, max: 1600 })).map(([seed, length]) => stretch(seed, length)),
    { maxLength: 3 }
  )
  .map(parts => new Uint8Array(Buffer.concat(parts)))

function stretch(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length: seed === 0 ? length >> 4 : length }, () => {
    state = (Math.imul(state, 1_664_525) + (seed === 0 ? 0 : 1_013_904_223)) >>> 0
    return state >>> 24
  })
}

class Interruption extends Error {}

/** A store that fails after some calls that change it, and knows all that was ever put into it. */
class WatchedStore implements ChunkStore {
  readonly childrenOf = new Map<ChunkId, readonly ChunkId[]>()
  callsLeft = Number.POSITIVE_INFINITY
  readonly #store: ChunkStore = memoryChunkStore()

  has: ChunkStore["has"] = ids => this.#store.has(ids)
  get: ChunkStore["get"] = id => this.#store.get(id)
  references: ChunkStore["references"] = holder => this.#store.references(holder)

  addReferences: ChunkStore["addReferences"] = async (holder, ids) => {
    this.#spend()
    return this.#store.addReferences(holder, ids)
  }

  put: ChunkStore["put"] = async batch => {
    this.#spend()
    for (const { id, children } of batch.put) this.childrenOf.set(id, children)
    await this.#store.put(batch)
  }

  release: ChunkStore["release"] = async (holder, ids) => {
    this.#spend()
    await this.#store.release(holder, ids)
  }

  /** What of all that was ever put is stored. */
  async stored(): Promise<ChunkId[]> {
    const ids = [...this.childrenOf.keys()]
    const has = await this.has(ids)
    return ids.filter((_, i) => has[i]).sort()
  }

  /** What can be reached from what holders refer to. */
  async reachable(holders: readonly string[]): Promise<ChunkId[]> {
    const reached = new Set<ChunkId>()
    const waiting = (await Promise.all(holders.map(holder => this.references(holder)))).flat()
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (!reached.has(id)) waiting.push(...(this.childrenOf.get(id) ?? []))
      reached.add(id)
    }
    return [...reached].sort()
  }

  #spend(): void {
    if (this.callsLeft-- <= 0) throw new Interruption()
  }
}

const holders = ["a", "b", "c"]

/** Stores, and what their holders have: a blob that must be readable, or nothing that is promised. */
class World {
  readonly here = new WatchedStore()
  readonly there = new WatchedStore()
  /** Blobs that must be readable. */
  readonly blobs = new Map<string, { manifest: BlobManifest; content: Uint8Array }>()
  /** Holders whose last operation ended. */
  readonly settled = new Set<string>()

  async check(): Promise<void> {
    for (const store of [this.here, this.there])
      expect(await store.stored()).toEqual(await store.reachable(holders))
    for (const [, { manifest, content: expected }] of this.blobs)
      expect(await read(this.here, manifest)).toEqual(expected)
    const ended = [...this.settled]
    expect(await Promise.all(ended.map(holder => this.here.references(holder)))).toEqual(
      ended.map(holder => [this.blobs.get(holder)?.manifest.root])
    )
  }

  /** Runs until the store has had that many changes. */
  async interrupted(store: WatchedStore, calls: number, run: () => Promise<void>): Promise<void> {
    store.callsLeft = calls
    try {
      await run()
    } catch (error) {
      if (!(error instanceof Interruption)) throw error
    } finally {
      store.callsLeft = Number.POSITIVE_INFINITY
    }
  }
}

async function read(
  store: ChunkStore,
  manifest: BlobManifest,
  range?: { start: number; end: number }
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of readBlob(store, manifest, range)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

interface StoreCommand {
  readonly kind: "store" | "fetch" | "release"
  readonly holder: string
  readonly content: Uint8Array
  readonly calls: number
}

async function perform(world: World, { kind, holder, content: bytes, calls }: StoreCommand): Promise<void> {
  const { here, there, blobs, settled } = world
  settled.delete(holder)
  if (kind === "release") {
    blobs.delete(holder)
    return releaseBlob(here, holder)
  }
  const manifest = await storeBlob(there, holder, [bytes], options)
  // What the holder had is still there after an interruption: it goes when the new content is complete.
  await world.interrupted(here, calls, async () => {
    if (kind === "store") await storeBlob(here, holder, [bytes], options)
    else await fetchBlob(here, holder, manifest, storeSource(there))
    blobs.set(holder, { manifest, content: bytes })
    settled.add(holder)
  })
}

describe("blobs", () => {
  it("[CB4] nothing leaks and nothing goes early, whatever is stored, fetched, interrupted, released", async () => {
    const command = fc.record({
      kind: fc.constantFrom("store", "fetch", "release"),
      holder: fc.constantFrom(...holders),
      content,
      calls: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(30))
    })
    await fc.assert(
      fc.asyncProperty(fc.array(command, { maxLength: 8 }), async commands => {
        const world = new World()
        for (const one of commands) {
          await perform(world, one)
          await world.check()
        }
        for (const holder of holders) await releaseBlob(world.here, holder)
        expect(await world.here.stored()).toEqual([])
      })
    )
  })

  it("[CB1] a range reads as a slice", async () => {
    await fc.assert(
      fc.asyncProperty(content, fc.nat(), fc.nat(), async (bytes, a, b) => {
        const store = memoryChunkStore()
        const manifest = await storeBlob(store, "a", [bytes], options)
        const [start = 0, end = 0] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y)
        expect(await read(store, manifest, { start, end })).toEqual(bytes.slice(start, end))
      })
    )
  })

  it("[CB5] fetching loads exactly what missingChunks names, each once, also after an interruption", async () => {
    await fc.assert(
      fc.asyncProperty(content, content, fc.nat(40), async (old, next, calls) => {
        const world = new World()
        await storeBlob(world.here, "a", [old], options)
        const manifest = await storeBlob(world.there, "b", [next], options)
        const source = storeSource(world.there)
        await world.interrupted(world.here, calls, () => fetchBlob(world.here, "b", manifest, source))
        const missing = new Set<ChunkId>()
        for await (const { id } of missingChunks(world.here, manifest, source)) missing.add(id)
        const loaded: ChunkId[] = []
        const watched = {
          load: (ids: readonly ChunkId[]) => {
            loaded.push(...ids)
            return source.load(ids)
          }
        }
        await fetchBlob(world.here, "b", manifest, watched)
        expect(loaded.toSorted()).toEqual([...missing].sort())
        expect(await read(world.here, manifest)).toEqual(next)
      })
    )
  })
})
