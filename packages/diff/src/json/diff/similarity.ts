import { firstHole } from "../../argument/first-hole.ts"
import { isPlainObject } from "../plain-object.ts"

// More than this many members or elements say little more.
const SAMPLE = 16
// A member of the same name says something, a container under it perhaps much, the same value most.
const SAME_NAME = 0.2
const MAYBE_SAME = 0.5

/** From here on two values are taken for versions of each other without looking for better pairs. */
export const CLEARLY_SIMILAR = 0.5

/** How much two values look like versions of each other: 0 for not at all, 1 for equal at a glance. Looks one level deep. */
export function similarity(a: unknown, b: unknown): number {
  if (a === b) return 1
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return 0
  if (Array.isArray(a)) return Array.isArray(b) ? similarElements(a, b) : 0
  return !Array.isArray(b) && isPlainObject(a) && isPlainObject(b) ? similarMembers(a, b) : 0
}

function similarElements(a: readonly unknown[], b: readonly unknown[]): number {
  const most = Math.max(a.length, b.length)
  const looked = Math.min(a.length, b.length, SAMPLE)
  let sum = 0
  for (let i = 0; i < looked; i++) sum += likeness(a[i], b[i], 0)
  return most === 0 ? 1 : sum / Math.min(most, SAMPLE)
}

function similarMembers(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): number {
  const keys = Object.keys(b)
  const looked = Math.min(keys.length, SAMPLE)
  let sum = 0
  for (let i = 0; i < looked; i++) {
    const key = keys[i] ?? ""
    if (Object.hasOwn(a, key)) sum += likeness(a[key], b[key], SAME_NAME)
  }
  return looked === 0 ? 0 : sum / looked
}

function likeness(a: unknown, b: unknown, otherwise: number): number {
  if (a === b) return 1
  const both = typeof a === "object" && typeof b === "object" && a !== null && b !== null
  return both && Array.isArray(a) === Array.isArray(b) ? MAYBE_SAME : otherwise
}

/** What names an element, most likely: its first text or number. Records begin with their id or title, mostly. */
export function labelOf(element: unknown): unknown {
  if (typeof element !== "object" || element === null) return undefined
  if (Array.isArray(element)) return firstHole(element) === -1 ? element.find(isLabel) : undefined
  if (!isPlainObject(element)) return undefined
  for (const key of Object.keys(element)) if (isLabel(element[key])) return element[key]
  return undefined
}

function isLabel(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number"
}
