import { expect, it } from "vitest"
import type { SyncLevel } from "./level.ts"
import { firstLevel } from "./level.ts"

it.each<[number | undefined, number | undefined, SyncLevel, SyncLevel]>([
  [3, 5_000, "list", "list"],
  [16, 16, "list", "list"],
  [17, 17, "list", "rateless"],
  [undefined, 3, "list", "rateless"],
  [100, 900, "list", "ranges"],
  [900, 100, "list", "ranges"],
  [100, 500, "list", "rateless"],
  [3, 3, "rateless", "rateless"],
  [500, 500, "ranges", "ranges"],
  [3, 3, "merkle", "merkle"]
])("[SY41] %s documents against %s begin, from %s on, with %s", (ours, theirs, floor, level) => {
  expect(firstLevel({ collection: "a", ours, theirs }, floor, 512)).toBe(level)
})
