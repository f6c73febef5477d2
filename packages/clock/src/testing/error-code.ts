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

/** What `run` returns; undefined if it throws a typed error. Any other error passes through and fails the test. */
export function acceptedBy<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (isSynclineError(error)) return undefined
    throw error
  }
}
