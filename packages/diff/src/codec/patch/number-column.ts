import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"

// More than any fraction people write has, and within the powers of ten that a double holds exactly.
const MAX_PLACES = 22

/** The forms a number takes in its column, shortest that is exact. */
export type NumberForm = "integer" | "decimal" | "float"

/** Appends a number and tells in which form. */
export function writeNumber(numbers: ByteWriter, value: number): NumberForm {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    numbers.varInt(value)
    return "integer"
  }
  const decimal = decimalOf(value)
  if (decimal === undefined) {
    const double = new DataView(new ArrayBuffer(8))
    double.setFloat64(0, value, true)
    numbers.bytes(new Uint8Array(double.buffer))
    return "float"
  }
  numbers.varInt(decimal.digits)
  numbers.u8(decimal.places)
  return "decimal"
}

/** Takes the next number, which has this form. Throws `bytes-*` and `codec-invalid`. */
export function readNumber(numbers: ByteReader, form: NumberForm): number {
  if (form === "integer") return numbers.varInt()
  if (form === "float") {
    const bytes = numbers.bytes(8)
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
  }
  const digits = numbers.varInt()
  const places = numbers.u8()
  if (places > MAX_PLACES)
    throw diffError("codec-invalid", `a number cannot have ${places} digits behind the point`)
  return fromDecimal(digits, places)
}

function decimalOf(value: number): { readonly digits: number; readonly places: number } | undefined {
  const [, whole = "", fraction = ""] = /^(-?\d+)\.(\d+)$/.exec(String(value)) ?? []
  const digits = Number(whole + fraction)
  const places = fraction.length
  if (places === 0 || places > MAX_PLACES || !Number.isSafeInteger(digits)) return undefined
  // -0.5 has a sign that its digits keep, but numbers like -0.0 do not get here.
  return fromDecimal(digits, places) === value ? { digits, places } : undefined
}

function fromDecimal(digits: number, places: number): number {
  return Number(`${digits}e-${places}`)
}
