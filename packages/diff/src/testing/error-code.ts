import { SynclineError } from "@syncline/clock"

/** The code of the typed error that `run` ends with, `none` without an error. Rethrows any other error. */
export async function errorCode(run: () => unknown): Promise<string> {
  try {
    await run()
    return "none"
  } catch (error) {
    if (error instanceof SynclineError) return String(error.code)
    throw error
  }
}
