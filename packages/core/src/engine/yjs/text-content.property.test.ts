import fc from "fast-check"
import { describe, expect, test } from "vitest"
import * as Y from "yjs"
import { textString, TextUnits } from "./text-content.ts"

const edits = fc.array(
  fc.tuple(fc.nat(), fc.nat(5), fc.constantFrom("", "a", "bcd", "\u{1f600}", "efghij")),
  {
    minLength: 1,
    maxLength: 30
  }
)

function build(steps: readonly (readonly [number, number, string])[]): Y.Text {
  const text = new Y.Doc().getText("t")
  for (const [at, remove, insert] of steps) {
    const index = at % (text.length + 1)
    text.delete(index, Math.min(remove, text.length - index))
    text.insert(index, insert)
    if (at % 7 === 0) text.format(0, Math.min(2, text.length), { bold: at % 2 === 0 })
    if (at % 11 === 0) text.insertEmbed(0, {})
  }
  return text
}

describe("TextUnits", () => {
  test("[YJ16] finds what the string has, wherever the last edit was, once or many times", () => {
    fc.assert(
      fc.property(
        edits,
        fc.array(fc.nat(), { minLength: 5, maxLength: 200, size: "large" }),
        (steps, places) => {
          const text = build(steps)
          const string = textString(text)
          const units = new TextUnits(text)
          expect(string.length).toBe(text.length)
          for (const place of string === "" ? [] : places) {
            const index = place % string.length
            expect(units.at(index)).toBe(string.charCodeAt(index))
          }
        }
      )
    )
  })

  test("[YJ16] deleted stretches count nothing where many places are looked up", () => {
    const text = build(Array.from({ length: 200 }, (_, at) => [at * 31, at % 4, "bcd"] as const))
    const units = new TextUnits(text)
    const string = textString(text)
    const found = Array.from(string, (_, at) => units.at((at * 97) % string.length))
    expect(found).toEqual(Array.from(string, (_, at) => string.charCodeAt((at * 97) % string.length)))
  })
})
