import fc from "fast-check"
import { expect, test } from "vitest"
import { chunkText } from "./chunk-text.ts"

const words = ["sea", "lantern", "of", "the", "drifting", "a", "harbour", "und", "Käse", "東京", "🦊", "it's"]
const word = fc.constantFrom(...words)
const sentence = fc
  .tuple(fc.array(word, { minLength: 1, maxLength: 20 }), fc.constantFrom(".", "?", "!", ".”", ""))
  .map(([parts, end]) => parts.join(" ") + end)
const paragraph = fc.array(sentence, { minLength: 1, maxLength: 8 }).map(parts => parts.join(" "))
const block = fc.oneof(
  { weight: 5, arbitrary: paragraph },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("# ", "## "), sentence).map(parts => parts.join("")) },
  {
    weight: 1,
    arbitrary: fc
      .array(sentence, { minLength: 1, maxLength: 9 })
      .map(items => items.map(item => `- ${item}`).join("\n"))
  }
)
const prose = fc.array(block, { maxLength: 40 }).map(parts => parts.join("\n\n"))
const anyText = fc.oneof(
  prose,
  fc.string({ unit: "binary", maxLength: 2_000 }),
  fc.string({ unit: fc.constantFrom("x", " ", "\n", "🦊"), maxLength: 3_000 })
)
const anySize = fc.integer({ min: 64, max: 400 })

test("[VE1] chunks are the text without white space around and between them, in order", () => {
  fc.assert(
    fc.property(anyText, anySize, (text, size) => {
      let at = 0
      for (const chunk of chunkText(text, { size })) {
        expect(text.slice(at, chunk.start).trim()).toBe("")
        expect(text.slice(chunk.start, chunk.start + chunk.text.length)).toBe(chunk.text)
        at = chunk.start + chunk.text.length
      }
      expect(text.slice(at).trim()).toBe("")
    })
  )
})

test("[VE2] no chunk is empty, above twice the size, or begins or ends inside a character", () => {
  fc.assert(
    fc.property(anyText, anySize, (text, size) => {
      for (const chunk of chunkText(text, { size })) {
        expect(chunk.text.trim()).toBe(chunk.text)
        expect(chunk.text.length).toBeGreaterThan(0)
        expect(chunk.text.length).toBeLessThanOrEqual(2 * size)
        expect(chunk.text.isWellFormed() || !text.isWellFormed()).toBe(true)
      }
    })
  )
})

test("[VE3] chunks of which nothing within two sizes was edited are the same as before", () => {
  fc.assert(
    fc.property(prose, anySize, fc.nat(), sentence, (text, size, place, inserted) => {
      const at = place % (text.length + 1)
      const edited = `${text.slice(0, at)} ${inserted} ${text.slice(at)}`
      const after = new Set(chunkText(edited, { size }).map(chunk => chunk.text))
      const far = chunkText(text, { size }).filter(
        ({ start, text: { length } }) => start > at + 2.5 * size || start + length < at - 2.5 * size
      )
      // Where there is no place to cut for long, cuts follow from where the last one was.
      const known = far.filter(chunk => after.has(chunk.text))
      expect(far.length - known.length).toBe(0)
    })
  )
})

test("[VE2] a text no longer than the size is one chunk", () => {
  fc.assert(
    fc.property(anyText, anySize, (text, size) => {
      const whole = text.slice(0, size)
      expect(chunkText(whole, { size }).map(chunk => chunk.text)).toEqual(
        whole.trim() === "" ? [] : [whole.trim()]
      )
    })
  )
})
