import { seededRandom } from "../../harness/seeded-random.ts"
import type { InputRole } from "./input-role.ts"
import type { JsonInput } from "./json-inputs.ts"

type Elements = readonly unknown[]

/** Edits of known size to an array of objects; their names tell how many operations each needs at least. */
export function scriptedInputs(before: Elements, prefix: string, role: InputRole): JsonInput[] {
  const middle = before.length >> 1
  const edits: Readonly<Record<string, Elements>> = {
    "head-insert": [added(0), ...before],
    "mid-insert": [...before.slice(0, middle), added(1), ...before.slice(middle)],
    "head-delete": before.slice(1),
    move1: moved(before, 1),
    move20: moved(before, 20),
    "edit-field": before.map((element, index) => (index === middle ? edited(element) : element)),
    mixed: mixed(before)
  }
  return Object.entries(edits).map(([name, after]) => ({
    name: `${prefix}-${name}`,
    before,
    // A copy, since no two versions of a document share objects once they were stored or sent.
    after: structuredClone(after),
    kind: "scripted",
    role
  }))
}

function added(index: number): unknown {
  return { title: `Brand ${index}`, hex: "0B7285", source: `https://example.org/brand-${index}` }
}

function edited(element: unknown): unknown {
  const [first = "", value] = Object.entries(element as object)[0] ?? []
  return { ...(element as object), [first]: `${String(value)} (edited)` }
}

/** Takes `count` elements out and puts each elsewhere. */
function moved(before: Elements, count: number): Elements {
  const random = seededRandom(count)
  const elements = [...before]
  for (let i = 0; i < count; i++) {
    const [element] = elements.splice(Math.floor(random() * elements.length), 1)
    elements.splice(Math.floor(random() * elements.length), 0, element)
  }
  return elements
}

/** 30 edited fields, 10 deletions, 10 insertions. */
function mixed(before: Elements): Elements {
  const random = seededRandom(7)
  const elements = [...before]
  const place = () => Math.floor(random() * elements.length)
  for (let i = 0; i < 30; i++) {
    const at = place()
    elements[at] = edited(elements[at])
  }
  for (let i = 0; i < 10; i++) elements.splice(place(), 1)
  for (let i = 0; i < 10; i++) elements.splice(place(), 0, added(i))
  return elements
}
