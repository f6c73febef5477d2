import { expect, it } from "vitest"
import { abilitiesOf } from "./server-version.ts"

it.each([
  ["1.15.0", false, false],
  ["1.15.4", false, false],
  ["1.16.0", true, false],
  ["1.17.0-dev", true, false],
  ["1.17.0", true, true],
  ["1.19.0", true, true],
  ["2.0.0", true, true]
])(
  "[QD4] version %s writes on conditions: %s, and only what is there: %s",
  (version, conditions, updateOnly) => {
    expect(abilitiesOf(version)).toEqual({ version, conditions, updateOnly })
  }
)

it.each(["1.14.9", "0.11.0", "1.15.0-dev", undefined, "8"])("[QD4] version %s is refused", version => {
  expect(() => abilitiesOf(version)).toThrow(expect.objectContaining({ code: "sink-foreign" }))
})
