import { type ChunkStoreCase, chunk, expect, expectStored, id } from "./chunk-store-case.ts"
import type { ChunkStore } from "./chunk-store.ts"

// Texts that some database or object takes for another, or for none.
const mustBeKept = [
  "",
  " ",
  "a",
  "a ",
  "A",
  "a\0b",
  "a%",
  "\u00e9",
  "e\u0301",
  "\ufffd",
  "\u{1f4e6}",
  "__proto__",
  "constructor",
  "toString",
  `${"long".repeat(250)}1`,
  `${"long".repeat(250)}2`
]
// UTF-8 has no lone surrogates, and indexes have limits.
const mayBeRefused = ["\ud800", "\udc00", `${"long".repeat(25_000)}1`, `${"long".repeat(25_000)}2`]

/** The checks of `chunkStoreContract` with names and bytes that seldom come. */
export const oddStoreCases: readonly ChunkStoreCase[] = [
  {
    title: "[CS9] holders of any name are kept apart",
    check: async store => {
      for (const [n, holder] of mustBeKept.entries()) await store.put({ holder, put: [chunk(n)] })
      await expectApart(store, mustBeKept)
    }
  },
  {
    title: "[CS9] names that cannot be kept are refused, not taken for others",
    check: async store => {
      await store.put({ holder: "\ufffd", put: [chunk(0)] })
      const kept = ["\ufffd"]
      for (const holder of mayBeRefused) {
        const put = store.put({ holder, put: [chunk(kept.length)] })
        if (await put.then(isKept, isRefused)) kept.push(holder)
      }
      await expectApart(store, kept)
    }
  },
  {
    title: "[CS10] what is stored stays as it is when its id is put again with other bytes and children",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1), chunk(2)] })
      const other = { id: id(1), bytes: Uint8Array.of(9, 9), children: [id(2)] }
      await store.put({ holder: "b", put: [other], release: [id(2)] })
      expect(await store.get(id(1)), Uint8Array.of(1), "bytes of chunk 1, put again with others")
      await store.release("a", [id(1), id(2)])
      await expectStored(store, [1])
    }
  },
  {
    title: "[CS10] of an id that comes twice in a batch the first counts",
    check: async store => {
      const other = { id: id(1), bytes: Uint8Array.of(9, 9), children: [] }
      await store.put({ holder: "a", put: [chunk(1), other] })
      expect(await store.get(id(1)), Uint8Array.of(1), "bytes of chunk 1, put twice in one batch")
    }
  },
  {
    title: "[CS10] a chunk of no bytes is stored as one",
    check: async store => {
      await store.put({ holder: "a", put: [{ id: id(1), bytes: new Uint8Array(0), children: [] }] })
      expect(await store.get(id(1)), new Uint8Array(0), "bytes of a chunk that has none")
    }
  }
]

/** Each holder refers to the chunk of its place, and to none when it has released it. */
async function expectApart(store: ChunkStore, holders: readonly string[]): Promise<void> {
  const numbers = [...holders.keys()]
  for (const [n, holder] of holders.entries())
    expect(await store.references(holder), [id(n)], `references of the holder ${nameOf(holder)}`)
  for (const [n, holder] of holders.entries()) {
    await store.release(holder, numbers.map(id))
    expect(await store.references(holder), [], `references of the holder ${nameOf(holder)}, released`)
    await expectStored(store, numbers.slice(n + 1))
  }
}

function nameOf(holder: string): string {
  return JSON.stringify(holder.length > 40 ? `${holder.slice(0, 40)}…` : holder)
}

const isKept = (): boolean => true
const isRefused = (): boolean => false
