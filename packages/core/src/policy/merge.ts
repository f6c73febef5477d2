import type { ConflictSide } from "../conflict/conflict.ts"
import type { ConflictPolicy, Dispute, PolicyDecision } from "../conflict/policy.ts"
import type { JsonValue } from "../document/json.ts"
import { carryText } from "../undo/carry-text.ts"
import { lastOf } from "./writer-wins.ts"

type MergePolicy = ConflictPolicy<"write-write">

/** The greatest of numbers. Who removed the key has no say; where somebody set it to something else, the record stays open. */
export function mergeMax(): MergePolicy {
  return merging("merge-max", isNumber, numbers => Math.max(...numbers))
}

/** The least of numbers; as {@link mergeMax}. */
export function mergeMin(): MergePolicy {
  return merging("merge-min", isNumber, numbers => Math.min(...numbers))
}

/**
 * All elements of lists of scalars, each once, in the order of the sides. Who removed the key has no say; where somebody
 * set it to something else, the record stays open.
 */
export function mergeUnion(): MergePolicy {
  return merging("merge-union", isScalarList, lists => [...new Set(lists.flat())])
}

/**
 * A text made of the changes that all sides made to what was there before: what any took out is out, what any put in is
 * in. For texts that are set as a whole; those of `text()` fields merge as they are typed. Where what was there before
 * is no text, or has been folded, the last writer wins; somebody who set it to no text leaves the record open.
 */
export function mergeText(): MergePolicy {
  return {
    name: "merge-text",
    kinds: ["write-write"],
    decide: async dispute => {
      const texts = valuesOf(dispute, isText)
      if (texts === undefined) return "leave-open"
      if (texts.length === 0) return { value: undefined }
      const ancestor = await dispute.ancestor()
      if (typeof ancestor !== "string") return lastOf(dispute)
      return { value: texts.reduce((merged, next) => carryText(ancestor, next, merged), ancestor) }
    }
  }
}

function merging<T extends JsonValue>(
  name: string,
  is: (value: JsonValue) => value is T,
  merge: (values: readonly T[]) => JsonValue
): MergePolicy {
  const decide = (dispute: Dispute): PolicyDecision => {
    const values = valuesOf(dispute, is)
    if (values === undefined) return "leave-open"
    return { value: values.length === 0 ? undefined : merge(values) }
  }
  return { name, kinds: ["write-write"], decide }
}

/** What the sides set; `undefined` if one of them is of another kind. Empty where whoever knew what was set has removed it. */
function valuesOf<T extends JsonValue>(
  { sides }: Pick<Dispute, "sides">,
  is: (value: JsonValue) => value is T
): readonly T[] | undefined {
  const set = sides.filter(({ action }: ConflictSide) => action !== "remove")
  const values: T[] = []
  for (const { value } of set) {
    if (value === undefined || !is(value)) return undefined
    values.push(value)
  }
  return values
}

function isNumber(value: JsonValue): value is number {
  return typeof value === "number"
}

function isText(value: JsonValue): value is string {
  return typeof value === "string"
}

function isScalarList(value: JsonValue): value is readonly (null | boolean | number | string)[] {
  return Array.isArray(value) && value.every((item: JsonValue) => typeof item !== "object" || item === null)
}
