import { SynclineError } from "@syncline/clock"

/** What `run` gives, or undefined if it threw one of the errors it documents. Everything else ends the fuzzing. */
export async function orRefused<T>(codes: readonly string[], run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof SynclineError && codes.includes(String(error.code))) return undefined
    throw error
  }
}

/** Throws what is `otherwise` the case unless both hold the same bytes. */
export function mustEqual(bytes: Uint8Array, expected: Uint8Array, otherwise: string): void {
  if (Buffer.compare(bytes, expected) !== 0) throw new Error(otherwise)
}
