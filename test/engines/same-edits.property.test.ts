import { type Document, memoryStore, openReplica, silentLogger } from "@syncline/core"
import { SeededRandom } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import fc from "fast-check"
import { afterAll, expect, test } from "vitest"
import { edits } from "../convergence/edits.ts"
import { engineSettings, type Note } from "../convergence/setting.ts"

const names = Object.keys(edits).filter(name => name !== "native")

const replica = await openReplica({
  store: memoryStore(),
  engine: yjs(),
  collections: engineSettings.both,
  ports: { logger: silentLogger }
})
afterAll(() => replica.close())
let fresh = 0

interface Watched {
  readonly document: Document<Note>
  /** The paths its subscribers are told. */
  readonly told: string[][]
}

/** One document in each engine. */
function openBoth(): Promise<readonly Watched[]> {
  const key = `${fresh++}`
  return Promise.all(
    engineSettings.both.map(async notes => {
      const document = await replica.load(notes, key)
      const told: string[][] = []
      document.subscribe(({ paths }) => told.push(paths.map(path => JSON.stringify(path)).sort()))
      return { document, told }
    })
  )
}

test("[EG14] what one replica does to a document gives the same value and tells the same in both engines", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), fc.nat()), { maxLength: 15 }),
      async steps => {
        const [one, other] = await openBoth()
        for (const [name, seed] of steps) {
          for (const each of [one, other])
            if (each !== undefined) edits[name]?.(each.document, new SeededRandom(seed))
          expect(JSON.stringify(other?.document.value), name).toBe(JSON.stringify(one?.document.value))
          expect(other?.told, name).toEqual(one?.told)
        }
      }
    )
  )
})
