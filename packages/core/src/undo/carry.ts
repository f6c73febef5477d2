import { deepEqualJson } from "@syncline/diff/json"
import type { JsonObject, JsonValue } from "../document/json.ts"
import { shownCount } from "../document/count.ts"
import { CounterMarker, TextMarker } from "../document/draft/marker.ts"
import type { Restorable } from "../history/restore.ts"
import { carryList } from "./carry-list.ts"
import { carryText } from "./carry-text.ts"

/** A value, and the same in a form drafts take, in which texts and counters are marked; both absent for nothing. */
export interface Marked<Value extends JsonValue = JsonValue> {
  readonly value: Value | undefined
  readonly marked: unknown
}

/** A whole document, as it is to be. */
export interface CarriedState {
  readonly value: JsonObject
  readonly marked: Restorable
  readonly deleted: boolean
}

const nothing: Marked = { value: undefined, marked: undefined }

/** {@link carry} for a document: its deletion is taken back if it is as it was right after. */
export function carryState(
  base: Pick<CarriedState, "value" | "deleted">,
  ours: CarriedState,
  theirs: CarriedState
): CarriedState {
  const { value, marked } = carry(base.value, ours, theirs)
  const isAsAfter = base.deleted === theirs.deleted
  return {
    value: value as JsonObject,
    marked: marked as Restorable,
    deleted: isAsAfter ? ours.deleted : theirs.deleted
  }
}

/**
 * What a document holds once something is taken back in it: where nobody changed since what is taken back, it is as
 * before; where somebody did, both count, as far as two edits of a text, a list, a map or a counter can. A single value that
 * somebody has changed since stays.
 *
 * @param base what was there right after what is taken back, `ours` right before it, `theirs` what is there now.
 */
export function carry(base: JsonValue | undefined, ours: Marked, theirs: Marked): Marked {
  if (isSame(base, ours.value)) return theirs
  if (isSame(base, theirs.value)) return ours
  if (isMap(base) && isMap(ours.value) && isMap(theirs.value))
    return carryMap(base, ours as Marked<JsonObject>, theirs as Marked<JsonObject>)
  if (ours.marked instanceof CounterMarker && typeof base === "number" && typeof theirs.value === "number")
    return carryCount(ours.marked.value - base, theirs.value)
  // Below maps, in which two may have counted to one value.
  if (isSame(ours.value, theirs.value)) return theirs
  if (Array.isArray(base) && Array.isArray(ours.value) && Array.isArray(theirs.value))
    return carryItems(
      base as readonly JsonValue[],
      ours as Marked<readonly JsonValue[]>,
      theirs as Marked<readonly JsonValue[]>
    )
  if (
    typeof base === "string" &&
    typeof ours.value === "string" &&
    ours.marked instanceof TextMarker &&
    typeof theirs.value === "string"
  ) {
    const text = carryText(base, ours.value, theirs.value)
    return { value: text, marked: new TextMarker(text) }
  }
  return theirs
}

function carryMap(base: JsonObject, ours: Marked<JsonObject>, theirs: Marked<JsonObject>): Marked {
  const keys = new Set([...Object.keys(theirs.value ?? {}), ...Object.keys(ours.value ?? {})])
  const members = [...keys].map(
    key => [key, carry(memberOf(base, key), markedMember(ours, key), markedMember(theirs, key))] as const
  )
  const kept = members.filter(([, { value }]) => value !== undefined)
  // From entries, as an assignment to `__proto__` would set the prototype.
  return {
    value: Object.fromEntries(kept.map(([key, { value }]) => [key, value as JsonValue])),
    marked: Object.fromEntries(kept.map(([key, { marked }]) => [key, marked]))
  }
}

/** Others' steps stay. */
function carryCount(by: number, theirs: number): Marked {
  const value = shownCount(theirs + by)
  return { value, marked: new CounterMarker(value) }
}

function carryItems(
  base: readonly JsonValue[],
  ours: Marked<readonly JsonValue[]>,
  theirs: Marked<readonly JsonValue[]>
): Marked {
  const items = carryList(base, ours.value ?? [], theirs.value ?? [], isSame).map(item => {
    const [mine, other] = [markedMember(ours, item.ours), markedMember(theirs, item.theirs)]
    if (item.base === undefined) return item.ours === undefined ? other : mine
    return carry(base[item.base], mine, other)
  })
  return { value: items.map(({ value }) => value ?? null), marked: items.map(({ marked }) => marked) }
}

function markedMember({ value, marked }: Marked, key: string | number | undefined): Marked {
  if (key === undefined || memberOf(value, key) === undefined) return nothing
  return { value: memberOf(value, key), marked: (marked as Readonly<Record<string | number, unknown>>)[key] }
}

function memberOf(value: JsonValue | undefined, key: string | number): JsonValue | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string | number, JsonValue>>)[key]
}

function isSame(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && deepEqualJson(a, b))
}

function isMap(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
