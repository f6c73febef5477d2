/**
 * A number out of a payload as a safe integer: what lies beyond becomes the nearest, which no real key reaches. `undefined` for what is no integer.
 */
export function toSafeInteger(value: unknown): number | undefined {
  if (typeof value !== "bigint" && !Number.isInteger(value)) return undefined
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)))
}
