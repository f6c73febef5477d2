import { firstHole } from "../argument/first-hole.ts"
import { isPlainObject } from "../json/plain-object.ts"
import { escapeName, escapeText } from "./awkward-text.ts"
import { encodeBase64 } from "./base64.ts"
import { MAX_DEPTH } from "./codec-limits.ts"
import { Misfit } from "./misfit.ts"

/** What a plain form is written as: msgpack knows bytes, NaN and infinities, JSON text does not. */
export type PlainTarget = "binary" | "text"

/**
 * A value as nothing but null, booleans, numbers, well-formed strings, arrays and plain objects (and bytes, for
 * `binary`), so that no encoder can lose any of it. What has no counterpart becomes a string that begins with NUL and a
 * letter, or an array that begins with one; strings beginning so are escaped. Values without such things are returned as
 * they are, not copied.
 *
 * Members named by symbols or not enumerable, and named ones of arrays, are no part of a value, as for JSON.
 *
 * Throws `codec-value-unsupported` for functions, symbols, instances of classes other than Date, Map, Set and Uint8Array,
 * and arrays with holes; `codec-too-deep` past 1,000 levels, which is also how a value containing itself ends. Both with
 * the `path` as a JSON Pointer, in which entries of Maps and Sets are counted from 0.
 */
export function toPlainForm(value: unknown, target: PlainTarget): unknown {
  try {
    return plain(value, target, 0)
  } catch (error) {
    throw error instanceof Misfit ? error.asError() : error
  }
}

function plain(value: unknown, target: PlainTarget, depth: number): unknown {
  switch (typeof value) {
    case "string":
      return escapeText(value)
    case "number":
      return plainNumber(value, target)
    case "boolean":
      return value
    case "undefined":
      return "\0u"
    case "bigint":
      return `\0n${value.toString(16)}`
    case "object":
      return value === null ? null : plainObject(value, target, depth + 1)
    default:
      throw unsupported(`a ${typeof value}`)
  }
}

function plainNumber(value: number, target: PlainTarget): unknown {
  if (Object.is(value, -0)) return "\0z"
  return target === "text" && !Number.isFinite(value) ? `\0f${value}` : value
}

function plainObject(value: object, target: PlainTarget, depth: number): unknown {
  if (depth > MAX_DEPTH) {
    throw new Misfit(
      "codec-too-deep",
      `a value nests deeper than ${MAX_DEPTH} levels, or contains itself: pack it in parts`
    )
  }
  if (Array.isArray(value)) return plainArray(value, target, depth)
  if (isPlainObject(value)) return plainMembers(value, target, depth)
  if (value instanceof Uint8Array) return target === "text" ? `\0b${encodeBase64(value)}` : value
  switch (Object.getPrototypeOf(value)) {
    case Date.prototype:
      return `\0t${(value as Date).getTime()}`
    case Map.prototype:
      return ["\0m", ...plainArray([...(value as Map<unknown, unknown>)].flat(), target, depth, 2)]
    case Set.prototype:
      return ["\0e", ...plainArray([...(value as Set<unknown>)], target, depth)]
    default:
      throw unsupported(`an instance of ${value.constructor?.name ?? "an unknown class"}`)
  }
}

function plainArray(
  array: readonly unknown[],
  target: PlainTarget,
  depth: number,
  perEntry = 1
): readonly unknown[] {
  if (firstHole(array) !== -1) throw unsupported("an array with holes")
  let copy: unknown[] | undefined
  let at = 0
  try {
    for (; at < array.length; at++) {
      const element = array[at]
      if (element === undefined && !Object.hasOwn(array, at)) throw unsupported("a hole in an array")
      const form = plain(element, target, depth)
      if (form !== element) copy ??= array.slice()
      if (copy !== undefined) copy[at] = form
    }
  } catch (error) {
    throw Misfit.below(Math.floor(at / perEntry), error)
  }
  return copy ?? array
}

function plainMembers(
  object: Readonly<Record<string, unknown>>,
  target: PlainTarget,
  depth: number
): Readonly<Record<string, unknown>> {
  const names = Object.keys(object)
  let copy: Record<string, unknown> | undefined
  let at = 0
  try {
    for (; at < names.length; at++) {
      const name = names[at] as string
      const member = object[name]
      const form = plain(member, target, depth)
      const safeName = escapeName(name)
      // Built from the first member on, so that their order stays.
      if (copy === undefined && (form !== member || safeName !== name)) {
        copy = {}
        for (const earlier of names.slice(0, at)) copy[earlier] = object[earlier]
      }
      if (copy !== undefined) copy[safeName] = form
    }
  } catch (error) {
    throw Misfit.below(names[at] ?? "", error)
  }
  return copy ?? object
}

function unsupported(what: string): Misfit {
  return new Misfit(
    "codec-value-unsupported",
    `${what} cannot be packed: turn it into JSON values, bytes, Date, Map or Set first`
  )
}
