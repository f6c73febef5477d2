import fc from "fast-check"
import { expect, test } from "vitest"
import { PathTable } from "./path-table.ts"

const part = fc.constantFrom("a", "b", "ab", "")
const path = fc
  .tuple(fc.constantFrom("n", "m"), fc.array(part, { maxLength: 4 }))
  .map(([collection, parts]) => [collection, ...parts].join("/"))
const action = fc.record({ path, isSet: fc.boolean() })

/** Whether a text lies within a path, read from its beginning. */
function isWithin(text: string, other: string): boolean {
  if (text === other) return true
  const isCollection = !other.includes("/")
  return isCollection ? text.startsWith(`${other}/`) : other.endsWith("/") && text.startsWith(other)
}

test("[GR2] whatever comes and goes, a text is found within just the paths it lies within, widest first", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), path, (actions, text) => {
      const table = new PathTable<string>()
      const model = new Set<string>()
      for (const { path: one, isSet } of actions) {
        // No link has them: a collection is written without its slash.
        if (one.indexOf("/") === one.length - 1) continue
        if (isSet) table.set(one, one)
        else table.delete(one)
        if (isSet) model.add(one)
        else model.delete(one)
      }
      const wanted = [...model].filter(one => isWithin(text, one)).sort((a, b) => a.length - b.length)
      expect([...table.allAbove(text)]).toEqual(wanted)
      expect([table.widest(text), table.size]).toEqual([wanted[0], model.size])
    }),
    { numRuns: 2_000 }
  )
})
