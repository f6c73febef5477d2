import { expect, it } from "vitest"
import { applySplices, diffList, diffText, mapPosition } from "./index.ts"

it("[TX1] the README's example says what happens", () => {
  const before = "The cat sat on the mat."
  const after = "The black cat sat on a mat."
  const splices = diffText(before, after)
  expect(splices).toEqual([
    { index: 4, remove: 0, insert: "black " },
    { index: 21, remove: 3, insert: "a" }
  ])
  expect(applySplices(before, splices)).toBe(after)
  expect(after.slice(0, mapPosition(11, splices, "after"))).toBe("The black cat sat")
  const runs = diffList(["a", "b", "c"], ["a", "c", "d"])
  expect(runs.map(run => run.kind)).toEqual(["copy", "delete", "copy", "insert"])
})
