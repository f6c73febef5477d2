import { isSynclineError } from "../error/syncline-error.ts"

/** The code of the error `run` throws; undefined if it returns. Any other error passes through and fails the test. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (isSynclineError(error)) return error.code
    throw error
  }
}
