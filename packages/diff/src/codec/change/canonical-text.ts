import { diffError } from "../../error/diff-error.ts"
import { arrayIndex } from "../../json/pointer/array-index.ts"
import { EXTRA_FOR_BYTES, MAX_DEPTH, tooManyValues } from "../codec-limits.ts"
import { toPlainForm } from "../plain-form.ts"
import { restorePlainForm } from "../restore-plain-form.ts"

const MAX_ARRAY_LENGTH = 2 ** 32 - 1

/**
 * The one JSON text that stands for a value whatever order its members are in: no blanks, numbers and escapes as
 * `JSON.stringify` writes them, members whose names are array indices first, ascending by number, then the others by
 * code units. (RFC 8785 sorts all by code units; no JavaScript object can hold that order, so it would take a serialiser of
 * our own, several times slower.) What JSON lacks is written as its plain form.
 *
 * Throws `codec-value-unsupported` and `codec-too-deep` as `pack` does.
 */
export function canonicalText(value: unknown): string {
  return JSON.stringify(sorted(toPlainForm(value, "text")))
}

/**
 * The value that a canonical text stands for.
 *
 * Throws `codec-invalid` for what is no JSON, `codec-too-deep` for text that nests deeper than values may, `codec-limit` for
 * more than `maxValues` values; both before anything is made of it.
 */
export function parseCanonicalText(text: string, maxValues: number): unknown {
  checkExtent(text, maxValues)
  const form = parse(text)
  // How JSON writes the NUL that all forms beyond JSON begin with; there is no other way.
  return text.includes("\\u0000") ? restorePlainForm(form) : form
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw diffError("codec-invalid", "a document is no JSON text", {}, cause)
  }
}

/** The same with members in order; containers that are in order already are not copied. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value
  return Array.isArray(value) ? sortedElements(value) : sortedMembers(value as Record<string, unknown>)
}

function sortedElements(array: readonly unknown[]): readonly unknown[] {
  let copy: unknown[] | undefined
  for (let i = 0; i < array.length; i++) {
    const element = sorted(array[i])
    if (element !== array[i]) copy ??= array.slice()
    if (copy !== undefined) copy[i] = element
  }
  return copy ?? array
}

function sortedMembers(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const names = Object.keys(object)
  const members: unknown[] = []
  let isSame = true
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    const member = object[name]
    const inOrder = sorted(member)
    members.push(inOrder)
    if (inOrder !== member || (i > 0 && isBefore(name, names[i - 1] as string))) isSame = false
  }
  return isSame ? object : rebuilt(names, members)
}

/** Indices are kept first by the object itself. No name here is `__proto__`: plain form has renamed it. */
function rebuilt(names: readonly string[], members: readonly unknown[]): Readonly<Record<string, unknown>> {
  const byName = new Map(names.map((name, i) => [name, members[i]]))
  const copy: Record<string, unknown> = {}
  for (const name of names.toSorted()) copy[name] = byName.get(name)
  return copy
}

function isBefore(name: string, earlier: string): boolean {
  return name < earlier && !isIndex(earlier)
}

/** Whether objects list this name before all others, by its number, whenever it was added. */
function isIndex(name: string): boolean {
  const index = arrayIndex(name)
  return index !== -1 && index < MAX_ARRAY_LENGTH
}

// How plain forms of bytes begin, as JSON writes them.
const BYTES_START = "\\u0000b"
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Throws before anything recurses into the text or is allocated for it. */
function checkExtent(text: string, maxValues: number): void {
  let depth = 0
  // Each value but the first follows a comma or what opens its container.
  let values = 1
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === QUOTE) {
      if (text.startsWith(BYTES_START, i + 1)) values += EXTRA_FOR_BYTES
      i = endOfString(text, i)
    } else if (unit === COMMA) values++
    else if (unit === CLOSE_ARRAY || unit === CLOSE_OBJECT) depth--
    else if (unit === OPEN_ARRAY || unit === OPEN_OBJECT) {
      depth++
      values++
      if (depth > MAX_DEPTH)
        throw diffError("codec-too-deep", `a document nests deeper than ${MAX_DEPTH} levels`)
    }
  }
  // Also for a limit that is not a number.
  if (!(values <= maxValues)) throw tooManyValues("a document holds", maxValues)
}

/** Where the string that begins at `start` ends, or the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = end
    while (text.charCodeAt(escapes - 1) === BACKSLASH) escapes--
    if ((end - escapes) % 2 === 0) return end
  }
  return text.length
}
