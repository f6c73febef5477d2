import { isSynclineError } from "@syncline/clock"
import type { ChunkId } from "./chunk-id.ts"
import type { ChunkStore, StoredChunk } from "./chunk-store.ts"

/** A check before it is bound to a store. */
interface ChunkStoreCase {
  readonly title: string
  readonly check: (store: ChunkStore) => Promise<void>
}

/** What contract checks fail with; not a `SynclineError`, for it is the store under test that is wrong. */
class ContractViolation extends Error {
  override readonly name = "ContractViolation"
}

// A chunk's bytes are its number; ids are not checked by stores.
const chunk = (n: number, children: readonly number[] = []): StoredChunk => ({
  id: id(n),
  bytes: Uint8Array.of(n),
  children: children.map(id)
})

function id(n: number): ChunkId {
  return n.toString(16).padStart(64, "0")
}

/** The checks of `chunkStoreContract`. */
export const chunkStoreCases: readonly ChunkStoreCase[] = [
  {
    title: "[CS1] what was put is there and is given as put",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1), chunk(2)] })
      await expectStored(store, [1, 2])
      expect((await store.get(id(2)))?.join(), "2", "bytes of chunk 2")
      expect(await store.get(id(3)), undefined, "a chunk that was never put")
    }
  },
  {
    title: "[CS2] bytes are copied in and out",
    check: async store => {
      const put = chunk(1)
      await store.put({ holder: "a", put: [put] })
      put.bytes.fill(9)
      ;(await store.get(id(1)))?.fill(8)
      expect((await store.get(id(1)))?.join(), "1", "bytes after changes outside")
    }
  },
  {
    title: "[CS3] a chunk goes with its last reference, not before",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1)] })
      await store.put({ holder: "b", put: [chunk(1)] })
      await store.release("a", [id(1)])
      await expectStored(store, [1])
      await store.release("b", [id(1)])
      await expectStored(store, [])
    }
  },
  {
    title: "[CS3] children live as long as what refers to them, over any depth",
    check: async store => {
      const chain = Array.from({ length: 50 }, (_, i) => chunk(i, i === 0 ? [] : [i - 1]))
      await store.put({ holder: "a", put: chain, release: chain.slice(0, -1).map(one => one.id) })
      await expectStored(store, [...chain.keys()])
      await store.release("a", [id(49)])
      await expectStored(store, [])
    }
  },
  {
    title: "[CS3] a child named twice by a chunk, or shared by two, goes with the last of them",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1), chunk(2, [1, 1]), chunk(3, [1])], release: [id(1)] })
      await store.release("a", [id(2)])
      await expectStored(store, [1, 3])
      await store.release("a", [id(3)])
      await expectStored(store, [])
    }
  },
  {
    title: "[CS4] references of one holder to one chunk count once; releasing what is not held does nothing",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1), chunk(1)] })
      await store.addReferences("a", [id(1), id(1)])
      await store.release("b", [id(1), id(2)])
      await expectStored(store, [1])
      await store.release("a", [id(1)])
      await store.release("a", [id(1)])
      await expectStored(store, [])
    }
  },
  {
    title: "[CS5] addReferences refers to what is stored and says what that is",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1)] })
      expect((await store.addReferences("b", [id(2), id(1)])).join(), "false,true", "what is stored")
      await store.release("a", [id(1)])
      await expectStored(store, [1])
      await store.put({ holder: "a", put: [chunk(2)] })
      await store.release("a", [id(2)])
      await expectStored(store, [1])
    }
  },
  {
    title: "[CS6] a batch with a child that is missing changes nothing",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1)] })
      const put = store.put({ holder: "a", put: [chunk(2), chunk(3, [4]), chunk(4)], release: [id(1)] })
      const outcome = await put.then(
        () => "fulfilled",
        (error: unknown) => (isSynclineError(error, "chunk-missing") ? "chunk-missing" : String(error))
      )
      expect(outcome, "chunk-missing", "the batch")
      await expectStored(store, [1])
      expect((await store.references("a")).join(), id(1), "references")
    }
  },
  {
    title: "[CS6] what a batch releases is released after all of it is referred to",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1)] })
      await store.put({ holder: "a", put: [chunk(2, [1])], release: [id(1)] })
      await expectStored(store, [1, 2])
      await store.put({ holder: "a", put: [chunk(2, [1]), chunk(3)], release: [id(2)] })
      await expectStored(store, [3])
    }
  },
  {
    title: "[CS7] references lists what a holder refers to, and nothing of children or others",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1), chunk(2, [1]), chunk(3)], release: [id(1)] })
      await store.put({ holder: "b", put: [chunk(4)] })
      expect([...(await store.references("a"))].sort().join(), [id(2), id(3)].join(), "references of a")
      expect((await store.references("c")).length, 0, "references of nobody")
    }
  },
  {
    title: "[CS8] calls that overlap happen one after the other",
    check: async store => {
      const holders = Array.from({ length: 20 }, (_, i) => `holder ${i}`)
      await Promise.all(holders.map(holder => store.put({ holder, put: [chunk(1), chunk(2, [1])] })))
      await Promise.all(holders.slice(1).map(holder => store.release(holder, [id(1), id(2)])))
      await expectStored(store, [1, 2])
      await store.release("holder 0", [id(1), id(2)])
      await expectStored(store, [])
    }
  }
]

/** Of chunks 0 to 99, exactly these are stored. */
async function expectStored(store: ChunkStore, numbers: readonly number[]): Promise<void> {
  const all = Array.from({ length: 100 }, (_, n) => n)
  const stored = await store.has(all.map(id))
  expect(all.filter(n => stored[n] === true).join(), numbers.join(), "what is stored")
}

function expect(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected)
    throw new ContractViolation(`${what}: got ${String(actual)}, expected ${String(expected)}`)
}
