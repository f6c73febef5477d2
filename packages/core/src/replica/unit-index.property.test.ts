import { keyedId, RangeIndex, RatelessSketch } from "@syncline/diff/set"
import fc from "fast-check"
import { expect, test } from "vitest"
import { toHex } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { NameDigest } from "./name-digest.ts"
import { UnitIndex } from "./unit-index.ts"

const key = new Uint8Array(16).fill(7)
const digestOf = (value: number) => new Uint8Array(32).fill(value)
/** Full ids, and such of 2 bits, which nearly all documents share. */
const names: readonly NameDigest[] = [
  keyedId,
  (under, digest) => keyedId(under, digest).map((byte, i) => (i < 7 ? 0 : byte & 3))
]
const write = fc.tuple(
  fc.nat(25).map(number => `n/${"ß".repeat(number % 3)}${number}` as DocumentId),
  fc.nat(9)
)
const writes = fc.array(write, { maxLength: 60 })

/** An index whose pauses last until told otherwise. */
function paused(nameDigest: NameDigest): { readonly unit: UnitIndex; readonly resume: () => void } {
  const waiting: (() => void)[] = []
  const giveWay = () => new Promise<void>(resolve => waiting.push(resolve))
  const options = { nameDigest, salt: 7, giveWay, stretch: 3 }
  const resume = () => {
    for (const wake of waiting.splice(0)) wake()
  }
  return { unit: new UnitIndex("n", options), resume }
}

/** Lets a view be built, with a write in each of its pauses. */
async function interleaved<T>(
  { unit, resume }: ReturnType<typeof paused>,
  work: Promise<T>,
  between: readonly (readonly [DocumentId, number])[],
  model: Map<DocumentId, number>
): Promise<T> {
  // More pauses than there are stretches; those after the end do nothing.
  for (let pause = 0; pause < 40; pause++) {
    const next = between[pause]
    if (next !== undefined) put(unit, next, model)
    resume()
    for (let i = 0; i < 4; i++) await Promise.resolve()
  }
  for (const next of between.slice(40)) put(unit, next, model)
  return work
}

function put(
  unit: UnitIndex,
  [id, value]: readonly [DocumentId, number],
  model: Map<DocumentId, number>
): void {
  unit.set(id, digestOf(value))
  model.set(id, value)
}

test("[RE28] a view has just the ids of the documents, and finds them, whatever changes while it is built and after", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      writes,
      writes,
      writes,
      async (nameDigest, first, then, last) => {
        const model = new Map<DocumentId, number>()
        const pause = paused(nameDigest)
        for (const one of first) put(pause.unit, one, model)
        const view = pause.unit.view(key, false)
        const own = await interleaved(pause, view.sketch(), then, model)
        const ranges = await interleaved(pause, view.ranges(), last, model)
        const sketch = new RatelessSketch(key)
        const index = new RangeIndex(key)
        for (const value of model.values()) {
          sketch.add(nameDigest(key, digestOf(value)))
          index.add(nameDigest(key, digestOf(value)))
        }
        expect(own.checksum(own.mark)).toEqual(sketch.checksum(sketch.mark))
        expect(ranges.checksum(ranges.mark)).toEqual(index.checksum(index.mark))
        for (const value of model.values()) {
          const name = nameDigest(key, digestOf(value))
          const same = [...model].filter(
            ([, other]) => toHex(nameDigest(key, digestOf(other))) === toHex(name)
          )
          expect(await view.documentsWith([name])).toEqual(expect.arrayContaining(same.map(([id]) => id)))
        }
      }
    ),
    { numRuns: 60 }
  )
})

test("[RE32] a document is found by the id it had before it changed, too, and by no other", async () => {
  const { unit } = paused(keyedId)
  const name = (value: number) => keyedId(key, digestOf(value))
  const ids = ["n/1", "n/2"] as DocumentId[]
  for (const [i, id] of ids.entries()) unit.set(id, digestOf(i))
  const view = unit.view(key, false)
  await view.sketch()
  unit.set("n/1" as DocumentId, digestOf(5))
  expect(await view.documentsWith([name(0), name(5)])).toEqual(["n/1"])
  expect(await view.documentsWith([name(1)])).toEqual(["n/2"])
  expect(await view.documentsWith([name(7)])).toEqual([])
})

test("[RE29] documents are found by their keys in the tree; what nobody has is not", async () => {
  const { unit, resume } = paused(keyedId)
  const ids = Array.from({ length: 7 }, (_, i) => `n/${i}` as DocumentId)
  for (const id of ids) unit.set(id, digestOf(1))
  const view = unit.view(key, false)
  const keys = [...view.tree.entries()].slice(0, 3).map(entry => entry.key)
  const finding = view.documentsAt([...keys, new Uint8Array(32)])
  for (let i = 0; i < 9; i++) await Promise.resolve(resume())
  expect(ids).toEqual(expect.arrayContaining(await finding))
  expect(await finding).toHaveLength(3)
})

test("[RE30] views under one key share what they need; under a foreign key it goes with the last of them", async () => {
  const { unit } = paused(keyedId)
  unit.set("n/1" as DocumentId, digestOf(1))
  const bare = unit.byteLength
  const [first, second] = [unit.view(key, false), unit.view(key, false)]
  expect(unit.byteLength).toBe(bare)
  expect(await first.sketch()).toBe(await second.sketch())
  const open = unit.byteLength
  first.close()
  first.close()
  await expect(first.sketch()).rejects.toMatchObject({ code: "link-closed" })
  expect(unit.byteLength).toBe(open)
  second.close()
  expect(unit.byteLength).toBe(bare)
  const kept = unit.view(key, true)
  const sketch = await kept.sketch()
  kept.close()
  expect(await unit.view(key, true).sketch()).toBe(sketch)
})

test("[RE30] the index for ranges goes with the last of those who need it", async () => {
  const { unit } = paused(keyedId)
  unit.set("n/1" as DocumentId, digestOf(1))
  const [first, second] = [unit.view(key, false), unit.view(key, false)]
  await Promise.all([first.sketch(), second.sketch()])
  const without = unit.byteLength
  expect(await first.ranges()).toBe(await second.ranges())
  first.dropRanges()
  expect(unit.byteLength).toBeGreaterThan(without)
  second.close()
  expect(unit.byteLength).toBe(without)
})
