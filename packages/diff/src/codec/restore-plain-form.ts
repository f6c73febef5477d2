import { diffError } from "../error/diff-error.ts"
import { unescapeText } from "./awkward-text.ts"
import { decodeBase64 } from "./base64.ts"

// Far below any real time stamp's digits, and what Date can hold.
const dateMs = /^(?:NaN|0|-?[1-9]\d{0,15})$/
const bigintHex = /^(-?)([1-9a-f][0-9a-f]*|0)$/

const floats: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY]
])

/**
 * Undoes `toPlainForm`. Reuses and changes the containers it is given, so those must be the caller's own; they must not
 * nest deeper than values may. Throws `codec-invalid` for forms that do not exist.
 */
export function restorePlainForm(form: unknown): unknown {
  if (typeof form === "string") return form.charCodeAt(0) === 0 ? restoreText(form) : form
  if (typeof form !== "object" || form === null || form instanceof Uint8Array) return form
  return Array.isArray(form) ? restoreArray(form) : restoreMembers(form as Record<string, unknown>)
}

function restoreText(form: string): unknown {
  const rest = form.slice(2)
  switch (form[1]) {
    case "z":
      return exactly(rest, "", -0)
    case "u":
      return exactly(rest, "", undefined)
    case "n":
      return restoreBigint(rest)
    case "t":
      return restoreDate(rest)
    case "f":
      return floats.get(rest) ?? refuse("a number", rest)
    case "b":
      return decodeBase64(rest) ?? refuse("bytes", rest)
    default:
      return unescapeText(form)
  }
}

function exactly(rest: string, expected: string, value: unknown): unknown {
  return rest === expected ? value : refuse("a constant", rest)
}

function restoreBigint(text: string): bigint {
  const [, sign = "", digits = ""] = bigintHex.exec(text) ?? refuse("a bigint", text)
  const magnitude = BigInt(`0x${digits}`)
  return sign === "" ? magnitude : -magnitude
}

function restoreDate(text: string): Date {
  const date = new Date(dateMs.test(text) ? Number(text) : refuse("a date", text))
  // Beyond what Date can hold it would quietly become invalid.
  return String(date.getTime()) === text ? date : refuse("a date", text)
}

function restoreArray(form: unknown[]): unknown {
  const kind = form[0]
  if (kind === "\0m") return restoreMap(form)
  if (kind === "\0e") return restoreSet(form)
  for (let i = 0; i < form.length; i++) form[i] = restorePlainForm(form[i])
  return form
}

function restoreMap(form: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>()
  for (let i = 1; i < form.length; i += 2) map.set(restorePlainForm(form[i]), restorePlainForm(form[i + 1]))
  return map.size * 2 + 1 === form.length ? map : refuse("a map", `${form.length - 1} keys and values`)
}

function restoreSet(form: readonly unknown[]): Set<unknown> {
  const set = new Set(form.slice(1).map(restorePlainForm))
  return set.size + 1 === form.length ? set : refuse("a set", `${form.length - 1} elements`)
}

function restoreMembers(form: Record<string, unknown>): Record<string, unknown> {
  const names = Object.keys(form)
  if (names.some(name => name.charCodeAt(0) === 0)) return renamed(form, names)
  for (const name of names) form[name] = restorePlainForm(form[name])
  return form
}

function renamed(form: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  // Unlike assignment, this makes `__proto__` a member like any other.
  return Object.fromEntries(names.map(name => [unescapeText(name), restorePlainForm(form[name])]))
}

function refuse(what: string, text: string): never {
  throw diffError("codec-invalid", `${JSON.stringify(text.slice(0, 40))} is no form of ${what}`)
}
