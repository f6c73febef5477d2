import { deepEqualJson } from "@syncline/diff/json"
import { CounterMarker } from "../document/draft/marker.ts"
import { recordDraft } from "../document/draft/record-draft.ts"
import type { JsonObject, JsonValue, Path } from "../document/json.ts"
import type { KindReader, Operation } from "../document/operation.ts"
import { text } from "../document/shape.ts"

/** A value together with what kinds of containers it is made of, in a form drafts take: texts and counters are marked. */
export type Restorable = Readonly<Record<string, unknown>>

/** Marks the texts and counters in a value. O(value). */
export function restorable(value: JsonObject, kindAt: KindReader): Restorable {
  return markMap(value, [], kindAt)
}

/**
 * Operations that turn a document's value into an earlier one, from inside: containers that are still there stay, texts
 * get splices, lists insertions and deletions, counters steps, maps only the keys that differ. Marks of rich text are not restored.
 *
 * @param target the earlier value, and `marked` the same as `restorable` made it.
 */
export function restoreOperations(
  value: JsonObject,
  kindAt: KindReader,
  target: JsonObject,
  marked: Restorable
): readonly Operation[] {
  return recordDraft(value, kindAt, (draft: Record<string, unknown>) =>
    restoreMap(draft, { value, target, marked, path: [], kindAt })
  )
}

interface Place {
  readonly value: JsonObject
  readonly target: JsonObject
  readonly marked: Restorable
  readonly path: Path
  readonly kindAt: KindReader
}

/** Key by key, so that what is equal is not touched: plain JSON put in natively would become containers. */
function restoreMap(draft: Record<string, unknown>, { value, target, marked, path, kindAt }: Place): void {
  for (const key of Object.keys(value)) if (!Object.hasOwn(target, key)) delete draft[key]
  for (const [key, wanted] of Object.entries(target)) {
    const before = Object.hasOwn(value, key) ? value[key] : undefined
    if (before !== undefined && deepEqualJson(before, wanted)) continue
    const at = [...path, key]
    if (isMap(before) && isMap(wanted) && kindAt(at) === "map")
      restoreMap(draft[key] as Record<string, unknown>, {
        value: before,
        target: wanted,
        marked: marked[key] as Restorable,
        path: at,
        kindAt
      })
    else draft[key] = marked[key]
  }
}

function mark(value: JsonValue, path: Path, kindAt: KindReader): unknown {
  if (typeof value === "string") return kindAt(path) === "text" ? text(value) : value
  if (typeof value === "number") return kindAt(path) === "counter" ? new CounterMarker(value) : value
  if (Array.isArray(value)) return value.map((item: JsonValue, index) => mark(item, [...path, index], kindAt))
  return isMap(value) ? markMap(value, path, kindAt) : value
}

function markMap(value: JsonObject, path: Path, kindAt: KindReader): Restorable {
  // From entries, as an assignment to `__proto__` would set the prototype.
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mark(member, [...path, key], kindAt)])
  )
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
