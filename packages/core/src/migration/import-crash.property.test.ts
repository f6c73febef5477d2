import fc from "fast-check"
import { expect, test } from "vitest"
import type { JsonObject } from "../document/json.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore, type MemoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import { keepStore } from "../testing/kept-batches.ts"
import { importRows, type ImportReport } from "./import-rows.ts"

const keys = ["a", "b"] as const

/** What a source says at one time: of each row, by id, its values. */
type Source = Readonly<Record<string, JsonObject>>

/** Somebody's edit of a key that the source has, too. */
interface Edit {
  readonly id: string
  readonly key: (typeof keys)[number]
}

interface Plan {
  readonly first: Source
  readonly second: Source
  /** Made as soon as what was imported is durable, while the import goes on. */
  readonly during: readonly Edit[]
  /** Made after the crash, before the import is begun again. */
  readonly after: readonly Edit[]
  /** The store takes no batch of several documents, so that there are moments between them. */
  readonly isPicky: boolean
}

const ids = ["1", "2", "3", "4"] as const
const cells = fc.record({ a: fc.nat(3), b: fc.nat(3) }, { requiredKeys: ["a"] })
const source: fc.Arbitrary<Source> = fc.dictionary(fc.constantFrom(...ids), cells, { minKeys: 1 })
const edits = fc.array(fc.record({ id: fc.constantFrom(...ids), key: fc.constantFrom(...keys) }), {
  maxLength: 4
})
const plans: fc.Arbitrary<Plan> = fc.record({
  first: source,
  second: source,
  during: edits,
  after: edits,
  isPicky: fc.boolean()
})

const open = (store: Store): Promise<Replica> =>
  openReplica({ store, engine: yjs(), ports: { logger: silentLogger } })

const importFrom = (replica: Replica, rows: Source): Promise<ImportReport> =>
  importRows(replica, {
    collection: "rows",
    rows: Object.entries(rows).map(([id, row], index) => ({ line: index + 1, row: { id, ...row } })),
    key: row => String(row["id"]),
    value: ({ a, b }) => ({ ...(a !== undefined && { a }), ...(b !== undefined && { b }) })
  })

/** Edits the documents that are there. */
async function edit(replica: Replica, made: readonly Edit[], mark: string): Promise<void> {
  for (const { id, key } of made) {
    const document = await replica.load(`rows/${id}`)
    if (document.exists) document.change(draft => Object.assign(draft, { [key]: mark }))
  }
  await replica.flush()
}

async function valuesOf(replica: Replica): Promise<Record<string, JsonObject>> {
  const values: Record<string, JsonObject> = {}
  for (const id of ids) {
    const document = await replica.load(`rows/${id}`)
    if (document.exists) values[id] = document.value
  }
  return values
}

/** An import of the first state of the source, and then one of the second beside edits: what each append of that one left. */
async function live(plan: Plan): Promise<readonly MemoryStore[]> {
  const store = memoryStore()
  const before = await open(store)
  await importFrom(before, plan.first)
  await before.close()
  const kept = keepStore(store, ({ documents }) => {
    if (plan.isPicky && documents.length > 1) throw new Error("one at a time")
  })
  const replica = await open(kept.store)
  const from = kept.disks.length
  let isEdited = false
  let editing = Promise.resolve()
  replica.onDocuments(() => {
    if (!isEdited) editing = edit(replica, plan.during, "during")
    isEdited = true
  })
  await importFrom(replica, plan.second)
  await editing
  await replica.close()
  return kept.disks.slice(from)
}

/** Whether a document on the disk has what the second state of the source says of it, as far as nobody edited it since. */
function isImported(value: JsonObject | undefined, row: JsonObject | undefined, plan: Plan): boolean {
  if (value === undefined || row === undefined) return value !== undefined
  const { first, second } = plan
  const id = ids.find(each => second[each] === row)
  const changed = keys.filter(key => id === undefined || first[id]?.[key] !== row[key])
  return changed.every(key => value[key] === row[key] || value[key] === "during")
}

test("[MI23] whatever append a crash comes after, no edit of what was imported is written over, and all else is imported", async () => {
  let kept = 0
  await fc.assert(
    fc.asyncProperty(plans, async plan => {
      for (const disk of await live(plan)) {
        const replica = await open(disk)
        const atCrash = await valuesOf(replica)
        await edit(replica, plan.after, "after")
        const edited = await valuesOf(replica)
        await importFrom(replica, plan.second)
        for (const [id, value] of Object.entries(await valuesOf(replica))) {
          const row = plan.second[id]
          const was = edited[id] ?? {}
          if (!isImported(atCrash[id], row, plan)) continue
          for (const key of keys) {
            expect([id, key, value[key]]).toEqual([id, key, was[key]])
            if (value[key] === "after") kept++
          }
        }
        expect(await importFrom(replica, plan.second)).toMatchObject({ created: 0, changed: 0, bad: 0 })
        await replica.close()
      }
    })
  )
  expect(kept).toBeGreaterThan(20)
})
