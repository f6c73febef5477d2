import { isSynclineError } from "@syncline/clock"
import { type CoreErrorCode, coreError } from "@syncline/core"

/** By the name of the `DOMException`, https://webidl.spec.whatwg.org/#idl-DOMException-error-names. */
const advice: Readonly<Record<string, string>> = {
  QuotaExceededError: "this origin's storage is full; free space and try again",
  InvalidStateError: "the connection is closed, for the browser took the database away; open it again",
  UnknownError: "the browser cannot read or write its files; check the disk, then restart the browser",
  DataError: "the browser refused a key; report it",
  DataCloneError: "the browser could not copy what was to be stored; report it",
  SecurityError: "this page may not use IndexedDB; check the browser's settings for site data",
  NotFoundError: "the database has not the object stores it had; reload the page",
  AbortError: "the browser gave the transaction up; try again"
}

/**
 * Wraps what IndexedDB threw, once: an error that is ours already comes back as it is. `doing` completes "… failed":
 * what was tried, and with which database. `details.domException` is the name of the exception.
 */
export function idbFailure(cause: unknown, doing: string, code: CoreErrorCode = "store-failed"): Error {
  if (isSynclineError(cause)) return cause
  const name = nameOf(cause)
  const reason = cause instanceof Error && cause.message !== "" ? cause.message : (name ?? String(cause))
  const what = name === undefined ? undefined : advice[name]
  return coreError(code, `${doing} failed (${reason})${what === undefined ? "" : `; ${what}`}`, {
    cause,
    details: name === undefined ? {} : { domException: name }
  })
}

/** By name: `QuotaExceededError` was a `DOMException` and is a class of its own in newer browsers. */
function nameOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("name" in cause)) return undefined
  const { name } = cause
  const isDomException = Object.prototype.toString.call(cause) === "[object DOMException]"
  return typeof name === "string" && (isDomException || Object.hasOwn(advice, name)) ? name : undefined
}
