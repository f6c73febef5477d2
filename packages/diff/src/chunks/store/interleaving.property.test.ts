import fc from "fast-check"
import { expect, it } from "vitest"
import type { ChunkerOptions } from "../chunker-options.ts"
import type { BlobManifest } from "./blob-manifest.ts"
import { storeSource } from "./chunk-source.ts"
import type { ChunkStore } from "./chunk-store.ts"
import { fetchBlob } from "./fetch-blob.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"
import { readBlob } from "./read-blob.ts"
import { releaseBlob } from "./release-blob.ts"
import { storeBlob } from "./store-blob.ts"

// Small chunks, so that small contents have trees.
const options: ChunkerOptions = { minBytes: 64, averageBytes: 64, maxBytes: 80 }

/** Contents of stretches of which there are few, so that they share chunks and nodes. */
const content = fc
  .array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 1600 })), { maxLength: 3 })
  .map(parts => new Uint8Array(Buffer.concat(parts.map(([seed, length]) => stretch(seed, length)))))

function stretch(seed: number, length: number): Uint8Array {
  let state = seed
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

/** A store whose calls wait for their turn before they begin and after they ended. */
function inTurns(store: ChunkStore, turn: () => Promise<unknown>): ChunkStore {
  const late =
    <In extends readonly unknown[], Out>(call: (...given: In) => Promise<Out>) =>
    async (...given: In): Promise<Out> => {
      await turn()
      const result = await call(...given)
      await turn()
      return result
    }
  return {
    has: late(store.has.bind(store)),
    get: late(store.get.bind(store)),
    addReferences: late(store.addReferences.bind(store)),
    put: late(store.put.bind(store)),
    release: late(store.release.bind(store)),
    references: late(store.references.bind(store))
  }
}

async function read(store: ChunkStore, manifest: BlobManifest): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of readBlob(store, manifest)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

it("[CB4] [CS8] holders that store, fetch, replace and release at once do not disturb each other, whatever comes first", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(content, { minLength: 4, maxLength: 4 }),
      async (scheduler, contents) => {
        const [a, b, c, d] = contents as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
        const [here, there] = [memoryChunkStore(), memoryChunkStore()]
        const far = await storeBlob(there, "far", c, options)
        const old = await storeBlob(here, "old", d, options)
        await storeBlob(here, "b", a, options)
        const store = inTurns(here, () => scheduler.schedule(Promise.resolve()))
        const all = Promise.all([
          storeBlob(store, "a", a, options),
          storeBlob(store, "b", b, options),
          fetchBlob(
            store,
            "c",
            far,
            storeSource(inTurns(there, () => scheduler.schedule(Promise.resolve())))
          ),
          releaseBlob(store, "old")
        ])
        const [one, two] = await scheduler.waitFor(all)
        expect(await read(here, one)).toEqual(a)
        expect(await read(here, two)).toEqual(b)
        expect(await read(here, far)).toEqual(c)
        for (const holder of ["a", "b", "c"]) await releaseBlob(here, holder)
        const roots = [one, two, far, old].map(({ root }) => root)
        expect(await here.has(roots)).toEqual(roots.map(() => false))
      }
    )
  )
})
