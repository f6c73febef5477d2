import { isSynclineError } from "@syncline/clock"
import { describe, expect, test } from "vitest"
import type { Path } from "../document/json.ts"
import { type PathPattern, pathMatcher } from "./path-pattern.ts"

const one = { any: "one" } as const
const many = { any: "path" } as const

describe("[PO1] a pattern fits", () => {
  test.each<readonly [PathPattern, Path, boolean]>([
    ["title", ["title"], true],
    ["title", ["title", "x"], false],
    ["title", [], false],
    ["", [], true],
    ["", ["x"], false],
    ["scores/*", ["scores", "ada"], true],
    ["scores/*", ["scores"], false],
    ["scores/*", ["scores", "ada", "best"], false],
    ["tasks/*/done", ["tasks", 3, "done"], true],
    ["tasks/3", ["tasks", 3], true],
    ["**", [], true],
    ["**", ["a", 1, "b"], true],
    ["a/**", ["a"], true],
    ["a/**", ["a", "b", "c"], true],
    ["a/**", ["b"], false],
    ["**/x", ["x"], true],
    ["**/x", ["a", "b", "x"], true],
    ["**/x", ["x", "y"], false],
    ["a/**/x/*", ["a", "x", "x", "y"], true],
    [["a/b", "*"], ["a/b", "*"], true],
    [["a/b", "*"], ["a/b", "c"], false],
    [["**"], ["x"], false],
    [["", one], ["", "x"], true],
    [["a", many, 2], ["a", "b", 2], true],
    [[], [], true]
  ])("%j on %j: %s", (pattern, path, fits) => {
    expect(pathMatcher(pattern).matches(path)).toBe(fits)
  })
})

test("[PO1] many wildcards cost what is compared, not what could be tried", () => {
  const path = Array.from({ length: 100 }, () => "a")
  expect(pathMatcher(`${"**/".repeat(60)}b`).matches(path)).toBe(false)
})

test.each([["a//b"], ["/a"], ["a/"], [3], [[null]], [[{ any: "two" }]]])(
  "[PO2] %j is no pattern",
  pattern => {
    let thrown: unknown
    try {
      pathMatcher(pattern as PathPattern)
    } catch (error) {
      thrown = error
    }
    expect(isSynclineError(thrown, "options-invalid")).toBe(true)
  }
)
