import { isSynclineError } from "@syncline/clock"
import { type ChunkStoreCase, chunk, expect, expectStored, id } from "./chunk-store-case.ts"

/** The checks of `chunkStoreContract` with usual names and bytes. */
export const chunkStoreCases: readonly ChunkStoreCase[] = [
  {
    title: "[CS1] what was put is there and is given as put",
    check: async store => {
      await store.put({ holder: "a", put: [chunk(1), chunk(2)] })
      await expectStored(store, [1, 2])
      expect(await store.get(id(2)), Uint8Array.of(2), "bytes of chunk 2")
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
      expect(await store.get(id(1)), Uint8Array.of(1), "bytes after changes outside")
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
      expect(await store.addReferences("b", [id(2), id(1)]), [false, true], "what is stored")
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
      expect(await store.references("a"), [id(1)], "references")
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
      expect([...(await store.references("a"))].sort(), [id(2), id(3)], "references of a")
      expect(await store.references("c"), [], "references of nobody")
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
