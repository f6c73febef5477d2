import { expect, test } from "vitest"
import { RangeIndex } from "./range-index.ts"
import { acceptRanges, beginRanges } from "./range-steps.ts"
import { RatelessSketch } from "./rateless-sketch.ts"
import { acceptRateless, beginRateless } from "./rateless-steps.ts"
import { KEY } from "./testing/test-ids.ts"

test("[SE5] a rateless message given to ranges is named", () => {
  const { message } = beginRateless(new RatelessSketch(KEY))
  expect(() => acceptRanges(new RangeIndex(KEY), message)).toThrow(/rateless .* `acceptRateless`/)
})

test("[SE5] a message about ranges given to a sketch is named", () => {
  const { message } = beginRanges(new RangeIndex(KEY))
  expect(() => acceptRateless(new RatelessSketch(KEY), message)).toThrow(/by ranges: `acceptRanges`/)
})

test("[SE5] others are not taken for either", () => {
  const other = new TextEncoder().encode("{}")
  expect(() => acceptRateless(new RatelessSketch(KEY), other)).toThrow(/0x7b begins no message/)
  expect(() => acceptRanges(new RangeIndex(KEY), other)).toThrow(/0x7b begins no message/)
})
