import { diffError } from "../../error/diff-error.ts"
import { isPlainObject } from "../plain-object.ts"
import { pointerTo } from "./patch-writer.ts"

const NO_JSON = -1

// As deepEqualJson: no deeper value was ever written as JSON.
const MAX_DEPTH = 10_000

/** A container still to be measured, and how it was reached. */
interface Frame {
  readonly value: object
  readonly depth: number
  readonly token: string | number
  readonly up: Frame | undefined
}

/**
 * About how many bytes `value` takes written as JSON, and the check that it can be: each number finite, each object plain,
 * nothing `undefined`, no member called `__proto__` (which no two implementations of RFC 6902 treat alike).
 *
 * Stops early with a figure above `limit` once that is passed; then not everything was checked.
 * Throws `json-diff-value-invalid`, `json-diff-key-unsafe` or `json-too-deep`, with the path of the culprit, which is
 * below `token` in the container `base` points to; without one, below `base`.
 */
export function measureJson(value: unknown, limit: number, base: string, token?: string | number): number {
  if (typeof value !== "object" || value === null) {
    const bytes = scalarBytes(value)
    return bytes === NO_JSON ? refuseValue(value, rootPath(base, token)) : bytes
  }
  const pending: Frame[] = [{ value, depth: 0, token: "", up: undefined }]
  let bytes = 0
  for (let frame = pending.pop(); frame !== undefined && bytes <= limit; frame = pending.pop()) {
    const children = Array.isArray(frame.value)
      ? measureElements(frame.value, frame, pending)
      : measureMembers(frame.value, frame, pending)
    if (children === NO_JSON) refuseIn(frame, rootPath(base, token))
    bytes += children
  }
  return bytes
}

/** Refuses what is no JSON value at `path`, whichever kind it is. */
export function refuseValue(value: unknown, path: string): never {
  const kind = kindOf(value)
  throw diffError(
    "json-diff-value-invalid",
    `${path === "" ? "the root" : path} is ${kind}, which JSON cannot hold: convert it first`,
    { path }
  )
}

/** Refuses a change under a member name that implementations of RFC 6902 refuse or misread. */
export function refuseKey(path: string): never {
  throw diffError("json-diff-key-unsafe", `${path} cannot be in a patch: implementations refuse __proto__`, {
    path
  })
}

/** Bytes without those of containers, which are queued; `NO_JSON` if there is something among them that is none. */
function measureElements(elements: readonly unknown[], frame: Frame, pending: Frame[]): number {
  let bytes = 2 + elements.length
  for (let i = 0; i < elements.length; i++) {
    const element = elements[i]
    const scalar = scalarBytes(element)
    if (scalar !== NO_JSON) bytes += scalar
    else if (!queue(element, i, frame, pending)) return NO_JSON
  }
  return bytes
}

function measureMembers(object: object, frame: Frame, pending: Frame[]): number {
  if (!isPlainObject(object)) return NO_JSON
  let bytes = 2
  for (const key of Object.keys(object)) {
    const member = object[key]
    const scalar = scalarBytes(member)
    bytes += key.length + 4
    if (key === "__proto__") return NO_JSON
    if (scalar !== NO_JSON) bytes += scalar
    else if (!queue(member, key, frame, pending)) return NO_JSON
  }
  return bytes
}

function queue(value: unknown, token: string | number, up: Frame, pending: Frame[]): boolean {
  if (typeof value !== "object" || value === null || up.depth === MAX_DEPTH) return false
  pending.push({ value, depth: up.depth + 1, token, up })
  return true
}

/** `NO_JSON` for everything that is not a scalar of JSON. */
function scalarBytes(value: unknown): number {
  switch (typeof value) {
    case "string":
      return value.length + 2
    case "boolean":
      return 5
    case "number":
      return numberBytes(value)
    default:
      return value === null ? 4 : NO_JSON
  }
}

/** Most fractions have few digits; writing each down to count them would cost more than everything else here. */
function numberBytes(value: number): number {
  if (!Number.isInteger(value)) return Number.isFinite(value) ? 7 : NO_JSON
  let bytes = value < 0 ? 2 : 1
  for (let rest = Math.abs(value); rest >= 10 && bytes < 22; rest /= 10) bytes++
  return bytes
}

/** Finds out what is wrong right inside of a container, and throws it. */
function refuseIn(frame: Frame, base: string): never {
  const path = pathOf(frame, base)
  const { value } = frame
  if (!Array.isArray(value) && !isPlainObject(value)) refuseValue(value, path)
  const children: Iterable<[string | number, unknown]> = Array.isArray(value)
    ? value.entries()
    : Object.entries(value)
  for (const [token, child] of children) {
    if (token === "__proto__") refuseKey(pointerTo(path, token))
    if (typeof child !== "object" && scalarBytes(child) === NO_JSON)
      refuseValue(child, pointerTo(path, token))
  }
  throw tooDeep(base)
}

function rootPath(base: string, token: string | number | undefined): string {
  return token === undefined ? base : pointerTo(base, token)
}

function pathOf(frame: Frame, base: string): string {
  const tokens: (string | number)[] = []
  for (let at = frame; at.up !== undefined; at = at.up) tokens.push(at.token)
  return tokens.reduceRight<string>(pointerTo, base)
}

function tooDeep(base: string): Error {
  return diffError(
    "json-too-deep",
    `${base === "" ? "the root" : base} nests deeper than ${MAX_DEPTH} levels, or contains itself`,
    { path: base }
  )
}

/** `undefined`, `NaN`, `a symbol`, `[object Date]`: enough to find it. */
function kindOf(value: unknown): string {
  if (typeof value === "number" || value === undefined) return String(value)
  if (typeof value !== "object") return `a ${typeof value}`
  // What an instance of a class says of itself may be anything; built-in objects tell their kind.
  return Object.prototype.toString.call(value)
}
