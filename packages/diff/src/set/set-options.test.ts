import { describe, expect, it } from "vitest"
import { errorCode } from "../testing/error-code.ts"
import { RangeIndex } from "./range-index.ts"
import { acceptRanges, beginRanges, stepRanges } from "./range-steps.ts"
import { RatelessSketch } from "./rateless-sketch.ts"
import { acceptRateless, beginRateless, stepRateless } from "./rateless-steps.ts"
import { dialogue } from "./testing/dialogue.ts"
import { idsFrom, KEY } from "./testing/test-ids.ts"

// What JavaScript can write although the types do not allow it.
const untyped = (value: unknown) => value as never
const index = new RangeIndex(KEY)
const sketch = new RatelessSketch(KEY)
const message = new Uint8Array(0)

const rangeLimits = ["maxFrameBytes", "maxReceivedBytes", "maxAnswerIds", "maxMessages", "maxDifferences"]
const options: readonly (readonly [string, (given: object) => unknown])[] = [
  ...["firstParts", ...rangeLimits].map(
    name => [name, (given: object) => beginRanges(index, given)] as const
  ),
  ...["firstCells", "maxCells", "maxMessages"].map(
    name => [name, (given: object) => beginRateless(sketch, given)] as const
  ),
  ["orderBytes", given => new RangeIndex(KEY, given)],
  ["journal", given => new RangeIndex(KEY, given)],
  ["journal", given => new RatelessSketch(KEY, given)],
  ["cells", given => new RatelessSketch(KEY, given)]
]

describe("options", () => {
  it.each(options)(
    "[SE4] %s: no number, none that is whole, or one out of range is refused by name",
    (name, act) => {
      for (const value of ["5000", Number.NaN, 5000.5, -1]) {
        const error = expect.objectContaining({
          code: "set-argument-invalid",
          message: expect.stringContaining(`${name} must be `)
        })
        expect(() => act({ [name]: value })).toThrow(error)
      }
    }
  )

  it.each(rangeLimits)("[SE4] %s may be infinite", name => {
    expect(beginRanges(index, { [name]: Number.POSITIVE_INFINITY }).message.length).toBeGreaterThan(0)
  })

  it.each([null, 5, "text"])("[SE4] %o is refused instead of them", async given => {
    const none = untyped(given)
    const calls = [
      () => beginRanges(index, none),
      () => acceptRanges(index, message, none),
      () => beginRateless(sketch, none),
      () => acceptRateless(sketch, message, none),
      () => new RangeIndex(KEY, none),
      () => new RatelessSketch(KEY, none)
    ]
    for (const call of calls) expect(await errorCode(call)).toBe("argument-invalid")
  })
})

describe("messages that are no bytes", () => {
  it.each([undefined, null, "text", [16], new ArrayBuffer(9)])("[SE5] %o is refused", async given => {
    const none = untyped(given)
    const [ranges, rateless] = [beginRanges(index).session, beginRateless(sketch).session]
    const calls = [
      () => acceptRanges(index, none),
      () => stepRanges(index, ranges, none),
      () => acceptRateless(sketch, none),
      () => stepRateless(sketch, rateless, none)
    ]
    for (const call of calls) expect(await errorCode(call)).toBe("set-message-invalid")
  })
})

describe("the bounds of a reconciliation with an empty peer", () => {
  const many = new RangeIndex(KEY)
  for (const id of idsFrom(0, 3000)) many.add(id)
  const statusWith = (maxAnswerIds: number) =>
    dialogue({
      begin: () => beginRanges(index, { maxMessages: 20 }),
      accept: first => acceptRanges(many, first, { maxMessages: 20, maxAnswerIds }),
      initiator: (session, next) => stepRanges(index, session, next),
      responder: (session, next) => stepRanges(many, session, next)
    }).responder?.status

  it("[RR4] messages times own ids an answer are what is told", async () => {
    expect(statusWith(160)).toBe("decoded")
    expect(await errorCode(() => statusWith(140))).toBe("set-limit")
  })
})

describe("messages of errors", () => {
  it("[SE4] an order says how many bytes it has", () => {
    const ordered = new RangeIndex(KEY, { orderBytes: 8 })
    const [id = message] = idsFrom(0, 1)
    expect(() => ordered.add(id, new Uint8Array(3))).toThrow(/order .* 8 bytes, as orderBytes says, not 3/)
    expect(() => ordered.add(id, untyped("12345678"))).toThrow(/order .* 8 bytes/)
  })

  it("[RR4] the limit of messages is named with its value and what else it depends on", () => {
    const { session } = beginRanges(index, { maxMessages: 1 })
    const spent = { ...session, messages: 1 }
    expect(() => stepRanges(index, spent, message)).toThrow(/maxMessages.* 1\b.*maxAnswerIds/)
  })
})
