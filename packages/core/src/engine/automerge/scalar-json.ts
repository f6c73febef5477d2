import { isCounter, isImmutableString } from "@automerge/automerge/slim"
import { shownCount } from "../../document/count.ts"
import { toBase64 } from "../base64.ts"

/** What a register reads as. */
export type Scalar = null | boolean | number | string

/**
 * The JSON for what Automerge keeps in one place and is no object.
 *
 * - Counters: their sum, or the nearest safe integer. Strings that are no text: the string.
 * - `Uint8Array`: Base64 (RFC 4648 §4). Integers beyond 2⁵³: decimal digits, as a string.
 * - Dates: as `Date.toISOString`; those outside its range `null`. `NaN`, infinities, types of the future: `null`. `-0`: `0`.
 */
export function scalarToJson(value: unknown): Scalar {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value + 0 : null
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
    case "object":
      return objectToJson(value)
    default:
      return null
  }
}

function objectToJson(value: object | null): Scalar {
  if (value instanceof Uint8Array) return toBase64(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (isCounter(value)) return shownCount(value.value)
  if (isImmutableString(value)) return value.val
  return null
}
