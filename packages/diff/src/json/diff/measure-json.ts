import { diffError } from "../../error/diff-error.ts"
import { isPlainObject } from "../plain-object.ts"
import { formatPointer } from "../pointer/json-pointer.ts"

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
 * Throws `json-diff-value-invalid`, `json-diff-key-unsafe` or `json-too-deep`, with the path of the culprit below `base`.
 */
export function measureJson(value: unknown, limit: number, base: string): number {
  if (typeof value !== "object" || value === null) return scalarBytes(value, () => base)
  const pending: Frame[] = [{ value, depth: 0, token: "", up: undefined }]
  let bytes = 0
  for (let frame = pending.pop(); frame !== undefined && bytes <= limit; frame = pending.pop()) {
    if (frame.depth > MAX_DEPTH) throw tooDeep(base)
    const inner = frame.value
    bytes += Array.isArray(inner)
      ? measureElements(inner, frame, pending, base)
      : measureMembers(inner, frame, pending, base)
  }
  return bytes
}

/** Refuses what is no JSON value at `path`, whichever kind it is. */
export function refuseValue(value: unknown, path: string): never {
  const kind = typeof value === "object" || typeof value === "function" ? nameOf(value) : String(value)
  throw diffError(
    "json-diff-value-invalid",
    `${path === "" ? "the root" : path} is ${kind}, which JSON cannot hold; convert it before taking the difference`,
    { path }
  )
}

/** Refuses a change under a member name that implementations of RFC 6902 refuse or misread. */
export function refuseKey(path: string): never {
  throw diffError(
    "json-diff-key-unsafe",
    `${path} differs, but no patch may carry a member called __proto__: implementations refuse or drop it`,
    { path }
  )
}

function measureElements(elements: readonly unknown[], frame: Frame, pending: Frame[], base: string): number {
  let bytes = 2 + elements.length
  for (let i = 0; i < elements.length; i++) bytes += measureChild(elements[i], i, frame, pending, base)
  return bytes
}

function measureMembers(object: object, frame: Frame, pending: Frame[], base: string): number {
  if (!isPlainObject(object)) return refuseValue(object, pathOf(frame, base))
  let bytes = 2
  for (const key of Object.keys(object)) {
    if (key === "__proto__") refuseKey(`${pathOf(frame, base)}/${key}`)
    bytes += key.length + 4 + measureChild(object[key], key, frame, pending, base)
  }
  return bytes
}

function measureChild(
  child: unknown,
  token: string | number,
  frame: Frame,
  pending: Frame[],
  base: string
): number {
  if (typeof child !== "object" || child === null) {
    return scalarBytes(child, () => pathOf(frame, base) + formatPointer([token]))
  }
  pending.push({ value: child, depth: frame.depth + 1, token, up: frame })
  return 0
}

function scalarBytes(value: unknown, path: () => string): number {
  switch (typeof value) {
    case "string":
      return value.length + 2
    case "boolean":
      return value ? 4 : 5
    case "number":
      return Number.isFinite(value) ? String(value).length : refuseValue(value, path())
    default:
      return value === null ? 4 : refuseValue(value, path())
  }
}

function pathOf(frame: Frame, base: string): string {
  const tokens: (string | number)[] = []
  for (let at = frame; at.up !== undefined; at = at.up) tokens.push(at.token)
  return base + formatPointer(tokens.reverse())
}

function tooDeep(base: string): Error {
  return diffError(
    "json-too-deep",
    `${base === "" ? "the root" : base} nests deeper than ${MAX_DEPTH} levels, or contains itself`,
    { path: base }
  )
}

function nameOf(value: unknown): string {
  const name: unknown = Object(value).constructor?.name
  return typeof name === "string" && name !== "" ? `a ${name}` : "an object"
}
