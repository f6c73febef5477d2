import { expect, it } from "vitest"
import { noise } from "../../testing/noise.ts"
import { encodeDelta } from "../encode-delta.ts"
import { matchBytes } from "../matcher/match-bytes.ts"
import { decodeMixed } from "./decode-mixed.ts"
import { encodeMixed } from "./encode-mixed.ts"
import { MixingModel } from "./mixing-model.ts"

const words =
  "what is added to a text is made of the words that it has, in another order, with some of its own and more "

it("[BM1] a match ends with the old version, even where zeros go on behind it", async () => {
  const old = Uint8Array.from([...noise(1, 500), ...new Uint8Array(40)])
  const next = Uint8Array.from([...noise(1, 500), ...noise(2, 300), ...new Uint8Array(900), ...noise(3, 50)])
  const coded = await encodeMixed(old, next, matchBytes(old, next))
  expect(await decodeMixed(old, coded ?? new Uint8Array(), next.length, { maxBytes: next.length })).toEqual(
    next
  )
})

it("[BM3] at most 4 MiB of the old version are learned, whatever a delta asks for", async () => {
  const old = new Uint8Array(2 ** 23)
  const model = await MixingModel.forEncoding(old, 2 ** 30, { reach: 15, rowBits: 12 })
  let learned = 0
  for (let place = 0; place < old.length; place += 1500) learned += learnedAt(model, place)
  expect(learned).toBe(2 ** 22)
})

it("[BM4] more literals and operations than the budget are not coded", async () => {
  const old = noise(1, 1000)
  const next = Uint8Array.from([...old, ...noise(2, 92)])
  const script = matchBytes(old, next)
  expect(script.count).toBe(2)
  expect(await encodeMixed(old, next, script, { budgetBytes: 92 + 2 * 8 })).toBeDefined()
  expect(await encodeMixed(old, next, script, { budgetBytes: 92 + 2 * 8 - 1 })).toBeUndefined()
})

it.each([
  { budget: 107, kind: 0x10 },
  { budget: 108, kind: 0x11 }
])(
  "[BM4] a delta of 92 literals and two operations has kind $kind with a budget of $budget",
  async ({ budget, kind }) => {
    const old = words.repeat(20)
    const next = old + words.split(" ").reverse().join(" ").slice(0, 92)
    const options = { level: "small", accept: ["mixing"], mixingBudgetBytes: budget } as const
    const delta = await encodeDelta(Buffer.from(old), Buffer.from(next), options)
    expect(delta[2]).toBe(kind)
  }
)

it("[BM7] a table larger than 2^22 bytes is refused", async () => {
  const wide = decodeMixed(new Uint8Array(), Uint8Array.of(0xb0, 1, 2, 3), 10, { maxBytes: 10 })
  await expect(wide).rejects.toMatchObject({
    code: "binary-delta-invalid",
    message: expect.stringContaining("2^23")
  })
})

it("[BM7] a result above the limit is refused", async () => {
  const long = decodeMixed(new Uint8Array(), Uint8Array.of(0, 1, 2, 3), 11, { maxBytes: 10 })
  await expect(long).rejects.toMatchObject({ code: "binary-limit" })
})

/** Codes an operation of a literal and a byte copied from a place; returns how much of old was learned for it. */
function learnedAt(model: MixingModel, place: number): number {
  model.codeLiteralCount(1)
  model.codeCopyStart(place)
  const learned = model.startRun(1)
  model.writeLiterals(Uint8Array.of(1))
  model.codeCopyLength(1)
  return learned
}
