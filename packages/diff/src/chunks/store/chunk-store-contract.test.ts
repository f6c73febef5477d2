import { expect, test } from "vitest"
import type { ChunkStore } from "./chunk-store.ts"
import { chunkStoreContract } from "./chunk-store-contract.ts"
import { memoryChunkStore } from "./memory-chunk-store.ts"

/** A store that takes names for others, or refuses some. */
function renaming(nameOf: (holder: string) => string, store: ChunkStore = memoryChunkStore()): ChunkStore {
  return {
    has: ids => store.has(ids),
    get: id => store.get(id),
    addReferences: async (holder, ids) => store.addReferences(nameOf(holder), ids),
    put: async batch => store.put({ ...batch, holder: nameOf(batch.holder) }),
    release: async (holder, ids) => store.release(nameOf(holder), ids),
    references: async holder => store.references(nameOf(holder))
  }
}

/** A store in which the last bytes of an id count. */
function replacing(): ChunkStore {
  const store = memoryChunkStore()
  const last = new Map<string, Uint8Array>()
  return {
    ...renaming(holder => holder, store),
    get: async id => last.get(id),
    put: async batch => {
      await store.put(batch)
      for (const { id, bytes } of batch.put) last.set(id, bytes)
    }
  }
}

function wellFormed(holder: string): string {
  if (!holder.isWellFormed()) throw new TypeError("this is no UTF-8")
  return holder
}

/** What the checks of a rule fail with. */
async function failures(rule: string, makeStore: () => ChunkStore): Promise<string[]> {
  const checks = chunkStoreContract("flawed", makeStore).filter(({ title }) => title.startsWith(rule))
  const outcomes = await Promise.allSettled(checks.map(({ run }) => run()))
  return outcomes.flatMap(each => (each.status === "rejected" ? [String(each.reason)] : []))
}

test.each<[string, (holder: string) => string]>([
  ["in lower case", holder => holder.toLowerCase()],
  ["without spaces at the end", holder => holder.trimEnd()],
  ["normalised", holder => holder.normalize()],
  ["up to a NUL", holder => holder.split("\0")[0] ?? ""],
  ["as UTF-8", holder => new TextDecoder().decode(new TextEncoder().encode(holder))],
  ["cut off", holder => holder.slice(0, 1000)]
])("[CS9] a store that keeps names %s is found out", async (_, nameOf) => {
  expect(await failures("[CS9]", () => renaming(nameOf))).not.toEqual([])
})

test("[CS9] a store may refuse names that UTF-8 lacks", async () => {
  expect(await failures("[CS9]", () => renaming(wellFormed))).toEqual([])
})

test("[CS10] a store that replaces what it has is found out, with bytes to read", async () => {
  expect(await failures("[CS10]", replacing)).toContain(
    "ContractViolation: bytes of chunk 1, put twice in one batch: got bytes [9, 9], expected bytes [1]"
  )
})

test("[CS7] a store that forgets references is found out, with lists to read", async () => {
  const forgetful = () => ({ ...renaming(holder => holder), references: async () => [] })
  expect((await failures("[CS7]", forgetful))[0]).toMatch(
    /references of a: got \[\], expected \["0+2", "0+3"\]/
  )
})
