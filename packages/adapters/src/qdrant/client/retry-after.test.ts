import { expect, it } from "vitest"
import { toPauseMs } from "./retry-after.ts"

it.each([
  ["30", 30_000],
  [" 0 ", 0],
  ["Thu, 01 Jan 1970 00:01:00 GMT", 40_000],
  ["Thu, 01 Jan 1970 00:00:01 GMT", 0],
  ["soon", undefined]
])("[QD8] retry-after %j asks for %s ms", (header, pauseMs) => {
  expect(toPauseMs(header, 20_000)).toBe(pauseMs)
})
