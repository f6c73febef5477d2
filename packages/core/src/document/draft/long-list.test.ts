import { expect, test } from "vitest"
import { yjs } from "../../engine/yjs/index.ts"
import { openReplica } from "../../replica/open-replica.ts"
import { memoryStore } from "../../store/memory-store.ts"
import { collection } from "../collection.ts"
import { list } from "../shape.ts"

/** More than a JavaScript call takes arguments. */
const many = 150_000

const lists = collection<{ declared: number[]; free?: number[] }>("lists", { fields: { declared: list() } })

test("[DR17] a list takes more elements than a call takes arguments, and has them when it is loaded again", async () => {
  const store = memoryStore()
  const numbers = Array.from({ length: many }, (_, i) => i)
  const options = { store, engine: yjs(), collections: [lists] }
  const before = await openReplica(options)
  const document = await before.load(lists, "1")
  document.change(draft => {
    draft.declared = numbers
    draft.free = numbers
  })
  document.change(draft => {
    draft.free = [...numbers.slice(0, 9), ...numbers, ...numbers.slice(9)]
  })
  expect(document.value.declared).toEqual(numbers)
  expect(document.value.free).toHaveLength(2 * many)
  const { value } = document
  await before.close()
  const after = await openReplica(options)
  expect((await after.load(lists, "1")).value).toEqual(value)
  await after.close()
})
