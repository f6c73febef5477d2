import { isSynclineError } from "@syncline/clock"

/** What a contract case fails with; not a `SynclineError`, for it is the implementation under test that is wrong. */
export class ContractViolation extends Error {
  override readonly name = "ContractViolation"
}

/** Fails unless both are equal: byte arrays by their bytes, arrays and plain objects by their members. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  if (!isSame(actual, expected))
    throw new ContractViolation(`${what}: got ${show(actual)}, expected ${show(expected)}`)
}

/** Fails unless the condition holds. */
export function assertThat(condition: boolean, what: string): void {
  if (!condition) throw new ContractViolation(what)
}

/** Fails unless the promise is rejected with a `SynclineError` of that code. */
export async function assertRejects(promise: Promise<unknown>, code: string, what: string): Promise<void> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error })
  )
  if (!("error" in outcome))
    throw new ContractViolation(`${what}: was fulfilled instead of rejected with ${code}`)
  if (!isSynclineError(outcome.error, code))
    throw new ContractViolation(`${what}: was rejected with ${String(outcome.error)} instead of ${code}`, {
      cause: outcome.error
    })
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false
  if (a instanceof Uint8Array || b instanceof Uint8Array) return isSameBytes(a, b)
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const left = Object.entries(a)
  const right = new Map(Object.entries(b))
  return (
    left.length === right.size &&
    left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)))
  )
}

function isSameBytes(a: object, b: object): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array) || a.length !== b.length) return false
  return a.every((byte, index) => byte === b[index])
}

function show(value: unknown): string {
  const text = JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array
      ? `bytes(${Array.from(part, byte => byte.toString(16).padStart(2, "0")).join("")})`
      : part
  )
  return (text ?? "undefined").slice(0, 500)
}
