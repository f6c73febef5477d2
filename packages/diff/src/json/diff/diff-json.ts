import { searchBudget } from "../../sequence/work-budget.ts"
import { hashJson } from "../hash-json.ts"
import type { ExtendedJsonPatch, JsonPatch } from "../json-patch.ts"
import { isPlainObject } from "../plain-object.ts"
import type { ElementKey } from "./diff-context.ts"
import { JsonDiffer } from "./json-differ.ts"
import { PatchWriter } from "./patch-writer.ts"
import { type JsonHashes, quickHash } from "./quick-hash.ts"
import { JsonComparer } from "./same-json.ts"
import type { TextDiff } from "./text-diff.ts"

/** How {@link diffJson} matches, searches and writes. */
export interface DiffJsonOptions {
  /**
   * What makes two elements of an array versions of each other: the name of a member that is a text or a number, or a
   * function of an element and the JSON Pointer of its array. Elements with equal keys are matched wherever they are and
   * edited in place; those with a key are never edited into another one. Elements without a key (`undefined`) are
   * matched by content. Keys may repeat.
   */
  readonly key?: string | ElementKey
  /** Whether `move` and `copy` may be used. Default: true. */
  readonly moves?: boolean
  /**
   * Whether an object may be replaced by an object, or an array by an array, where that is shorter than what changed in it: often
   * so for small ones, the root included. With `false` every change is told where it is, for those who watch paths or
   * show changes, at the price of a longer patch. Default: true.
   */
  readonly whole?: boolean
  /**
   * `diffText`, if changed texts may be edited by `splice` operations where that is shorter. That operation is an extension
   * of ours, which other implementations of RFC 6902 refuse. Passed in, so that pages which do without do not load it.
   */
  readonly text?: TextDiff
  /** Most search steps to take, besides a few passes over both values. Default: 4,194,304, tens of milliseconds. */
  readonly maxWork?: number
}

const hashes: JsonHashes = { quick: quickHash, full: hashJson }

/**
 * A short JSON Patch (RFC 6902) that turns `before` into `after`, valid for any implementation; empty when they are equal.
 * "Short" is by bytes of the patch written as JSON, estimated.
 *
 * Objects are compared member by member, arrays aligned by content: what stays in order is as much as possible, what
 * went and came is moved, what was replaced by something alike is edited inside. Every match is verified by comparing
 * contents. A container is replaced as a whole where that is shorter, unless `whole` forbids it, and below 200 levels.
 *
 * Members called `constructor` or `prototype` are replaced as a whole; a changed `__proto__` is refused, because
 * implementations refuse or misread paths with them. `0` and `-0` are equal, and `toJSON` is not called. Values in the
 * patch are those of `after`, not copies.
 *
 * Linear in the values for few changes; past `maxWork` the patch gets longer, never wrong. Throws
 * `json-diff-value-invalid` for what is no JSON, `json-diff-key-unsafe`, and `json-too-deep` past 10,000 levels, hence
 * also for a value containing itself. What is the same object on both sides is not looked at.
 */
export function diffJson(before: unknown, after: unknown, options?: Omit<DiffJsonOptions, "text">): JsonPatch
/** The same with `text`: the patch may hold `splice` operations. */
export function diffJson(before: unknown, after: unknown, options: DiffJsonOptions): ExtendedJsonPatch
export function diffJson(before: unknown, after: unknown, options: DiffJsonOptions = {}): ExtendedJsonPatch {
  return diffJsonWith(hashes, before, after, options)
}

/** {@link diffJson} with other hashes, which change nothing but time and, past the budget, length. */
export function diffJsonWith(
  given: JsonHashes,
  before: unknown,
  after: unknown,
  options: DiffJsonOptions
): ExtendedJsonPatch {
  const budget = searchBudget(options)
  const { key, moves = true, whole = true, text } = options
  const writer = new PatchWriter()
  const keyOf = typeof key === "string" ? memberKey(key) : key
  const comparer = new JsonComparer()
  new JsonDiffer({ writer, comparer, budget, hashes: given, moves, whole, text, keyOf }).diff(before, after)
  return writer.operations
}

/** The key in a member: a text and a number that reads the same are different keys. */
function memberKey(name: string): ElementKey {
  return element => {
    if (typeof element !== "object" || element === null || Array.isArray(element)) return undefined
    if (!isPlainObject(element) || !Object.hasOwn(element, name)) return undefined
    const key = element[name]
    if (typeof key === "string") return `"${key}`
    return typeof key === "number" ? String(key) : undefined
  }
}
