import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"

// JavaScript writes no double with more behind the point; the rest has exponents.
const MAX_PLACES = 22

/** A number in the shortest form that is exact. */
export type NumberForm =
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "decimal"; readonly digits: number; readonly places: number }
  | { readonly kind: "float"; readonly value: number }

/** The form that `value` takes. */
export function numberForm(value: number): NumberForm {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { kind: "integer", value }
  const [, whole = "", fraction = ""] = /^(-?\d+)\.(\d+)$/.exec(String(value)) ?? []
  const digits = Number(whole + fraction)
  const places = fraction.length
  // The same digits, so the same double.
  const isDecimal = places > 0 && Number.isSafeInteger(digits)
  return isDecimal ? { kind: "decimal", digits, places } : { kind: "float", value }
}

/** Appends a number in its form. */
export function writeNumber(numbers: ByteWriter, form: NumberForm): void {
  if (form.kind === "integer") return numbers.varInt(form.value)
  if (form.kind === "decimal") {
    numbers.varInt(form.digits)
    return numbers.u8(form.places)
  }
  const double = new DataView(new ArrayBuffer(8))
  double.setFloat64(0, form.value, true)
  numbers.bytes(new Uint8Array(double.buffer))
}

/** Takes the next number, which has this form. Throws `bytes-*` and `codec-invalid`. */
export function readNumber(numbers: ByteReader, kind: NumberForm["kind"]): number {
  if (kind === "integer") return numbers.varInt()
  if (kind === "float") {
    const bytes = numbers.bytes(8)
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true)
  }
  const digits = numbers.varInt()
  const places = numbers.u8()
  if (places > MAX_PLACES)
    throw diffError("codec-invalid", `a number cannot have ${places} digits behind the point`)
  return Number(`${digits}e-${places}`)
}
