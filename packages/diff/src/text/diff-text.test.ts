import { describe, expect, it } from "vitest"
import { WorkBudget } from "../sequence/work-budget.ts"
import { applySplices } from "./apply-splices.ts"
import { diffText } from "./diff-text.ts"
import { invertSplices } from "./invert-splices.ts"
import { mapPosition } from "./map-position.ts"
import { textEdits } from "./text-edits.ts"

/** A repeatable stream of numbers below `below`; the quality of chance does not matter here. */
function numbers(below: number): () => number {
  let state = 12345
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function noise(length: number, letters: string): string {
  const next = numbers(letters.length)
  return Array.from({ length }, () => letters[next()]).join("")
}

/** `count` different lines of a few words each. */
function prose(count: number): string[] {
  const next = numbers(500)
  return Array.from({ length: count }, () => Array.from({ length: 12 }, () => `w${next()}`).join(" "))
}

const hard: readonly (readonly [string, string, string])[] = [
  ["noise of two letters", noise(20_000, "ab"), noise(20_001, "ab").slice(7).concat("abbabab")],
  ["a text reversed", noise(20_000, "abcdefgh"), Array.from(noise(20_000, "abcdefgh")).toReversed().join("")],
  ["nothing in common", noise(20_000, "abcd"), noise(20_000, "efgh")],
  ["one letter, two lengths", "a".repeat(50_000), "a".repeat(20_000)],
  [
    "two letters, blocks swapped",
    "a".repeat(9_000) + "b".repeat(9_000),
    "b".repeat(9_000) + "a".repeat(9_000)
  ],
  ["shuffled lines", prose(3_000).join("\n"), prose(3_000).sort().join("\n")]
]

describe("diffText", () => {
  it.each(hard)("[TX5] %s: the work stays within the budget", (_, before, after) => {
    const budget = new WorkBudget(200_000)
    textEdits(before, after, budget)
    expect(budget.spent).toBeLessThan(200_000 + 8 * (before.length + after.length))
    expect(applySplices(before, diffText(before, after, { maxWork: 200_000 }))).toBe(after)
  })

  it("[TX6] past the budget, lines that did not change are kept", () => {
    const lines = prose(2_000)
    const after = lines.map((line, i) => (i % 5 === 0 ? noise(60, "xyz ") : line))
    const splices = diffText(lines.join("\n"), after.join("\n"), { maxWork: 100_000 })
    const removed = splices.reduce((sum, splice) => sum + splice.remove, 0)
    expect(removed).toBeLessThanOrEqual(400 * 60)
  })

  it("[TX6] past the budget, words that did not change are kept", () => {
    const words = prose(1_000).join(" ").split(" ")
    const after = words.map((word, i) => (i % 10 === 0 ? "replaced" : word))
    const splices = diffText(words.join(" "), after.join(" "), { maxWork: 200_000 })
    const inserted = splices.reduce((sum, splice) => sum + splice.insert.length, 0)
    expect(inserted).toBeLessThan(1.5 * "replaced".length * (words.length / 10))
  })

  it("[TX2] touches one place for one edit, wherever the letters repeat", () => {
    expect(diffText("one fish", "one red fish")).toHaveLength(1)
    expect(diffText("abcabc", "abcabcabc")).toEqual([{ index: 6, remove: 0, insert: "abc" }])
  })

  it("[TX4] replaces an emoji as a whole, although half of it is the same", () => {
    expect(diffText("a😀b", "a😁b")).toEqual([{ index: 1, remove: 2, insert: "😁" }])
  })

  it("[TX4] a lone half that becomes a pair is replaced by it", () => {
    expect(diffText("\ud83d", "😀")).toEqual([{ index: 0, remove: 1, insert: "😀" }])
  })

  it("[TX3] equal texts have no difference", () => {
    expect(diffText("same", "same")).toEqual([])
  })
})

describe("applySplices", () => {
  const wrong = [
    ["beyond the end", [{ index: 2, remove: 3, insert: "" }]],
    [
      "before an earlier one",
      [
        { index: 2, remove: 0, insert: "x" },
        { index: 1, remove: 0, insert: "y" }
      ]
    ],
    [
      "into what an earlier one inserted",
      [
        { index: 0, remove: 0, insert: "xyz" },
        { index: 2, remove: 0, insert: "" }
      ]
    ],
    ["with a negative length", [{ index: 2, remove: -1, insert: "" }]],
    ["at a fraction", [{ index: 0.5, remove: 0, insert: "" }]],
    ["at no number", [{ index: Number.NaN, remove: 0, insert: "" }]]
  ] as const

  it.each(wrong)("[TX9] refuses a splice %s", (_, splices) => {
    expect(() => applySplices("abcd", splices)).toThrow(
      expect.objectContaining({ code: "text-splice-invalid" })
    )
    expect(() => invertSplices("abcd", splices)).toThrow(
      expect.objectContaining({ code: "text-splice-invalid" })
    )
  })

  it("[TX1] counts each splice in the text the earlier ones left", () => {
    const splices = [
      { index: 0, remove: 1, insert: "xyz" },
      { index: 4, remove: 1, insert: "" }
    ]
    expect(applySplices("abcd", splices)).toBe("xyzbd")
  })
})

describe("mapPosition", () => {
  const replaced = [{ index: 2, remove: 3, insert: "12345" }]
  const inserted = [{ index: 2, remove: 0, insert: "12" }]

  it("[TX8] keeps the edges of replaced text to the text around it", () => {
    expect(mapPosition(2, replaced, "after")).toBe(2)
    expect(mapPosition(5, replaced, "before")).toBe(7)
  })

  it("[TX8] goes by the bias inside replaced text and where text was inserted", () => {
    expect([mapPosition(3, replaced, "before"), mapPosition(3, replaced, "after")]).toEqual([2, 7])
    expect([mapPosition(2, inserted, "before"), mapPosition(2, inserted, "after")]).toEqual([2, 4])
  })

  it("[TX9] refuses a position that is none", () => {
    expect(() => mapPosition(-1, [], "after")).toThrow(
      expect.objectContaining({ code: "text-position-invalid" })
    )
  })
})
