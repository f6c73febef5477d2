import fc from "fast-check"
import { expect, test } from "vitest"
import { equalBytes } from "../codec/hex.ts"
import { type MemoryStore, memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { openCore, put, settle } from "../testing/core-fixture.ts"
import { runsOf } from "../testing/core-runs.ts"

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("write" as const),
      commits: fc.nat({ max: 3 }),
      crash: fc.boolean()
    })
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("backup" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("restore" as const, "elsewhere" as const), which: fc.nat() })
  }
)

test("[ID9] however backups are restored in place or opened elsewhere, no dot is ever used for two commits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
      const witness = memoryWitness()
      const hashes = new Map<string, Uint8Array>()
      const backups: MemoryStore[] = []
      let store = memoryStore()
      const write = async (
        at: MemoryStore,
        seen: ReturnType<typeof memoryWitness>,
        commits: number,
        crash: boolean
      ) => {
        const replica = await openCore({ store: at, witness: seen })
        replica.core.durable.on(group => {
          for (const { dot, hash } of group.commits) {
            const known = hashes.get(`${dot.actor}${dot.seq}`)
            expect(known === undefined || equalBytes(known, hash)).toBe(true)
            hashes.set(`${dot.actor}${dot.seq}`, hash)
          }
        })
        const state = await replica.load()
        for (let i = 0; i < commits; i++) {
          put(replica, state, "k", `${state.meta.version.height} ${replica.core.clock.now()}`)
          await settle(replica)
        }
        if (crash) at.crash()
        else await replica.core.close()
      }
      for (const [i, one] of steps.entries()) {
        if (one.do === "write") await write(store, witness, one.commits, one.crash)
        else if (one.do === "backup") backups.push(store.clone())
        else if (one.do === "restore") store = backups[one.which % backups.length]?.clone() ?? store
        else
          await write(
            backups[one.which % backups.length]?.clone() ?? memoryStore(),
            memoryWitness(),
            1 + (i % 2),
            false
          )
      }
    }),
    runsOf(100)
  )
})
