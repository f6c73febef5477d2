import { type CoreErrorCode, coreError, isSynclineError } from "@syncline/core"

/** Why a request failed, and whether the same request may go well a little later. */
export interface RequestFailure {
  readonly code: CoreErrorCode
  readonly reason: string
  readonly advice: string
  readonly passing: boolean
  /** The server said how long it does not want to be asked. */
  readonly retryAfterMs?: number
  /** Too many requests. */
  readonly limited?: boolean
  readonly status?: number
}

/** An answer that says the change is not there yet. */
export class NotCompleted extends Error {
  override readonly name = "NotCompleted"

  constructor(status: unknown) {
    super(`the server answered "${String(status)}", so the change may not be there yet`)
  }
}

/** What the errors of `@qdrant/js-client-rest` have; their classes do not survive bundling. */
interface ClientError {
  readonly status?: number
  readonly data?: { readonly status?: { readonly error?: string } | string }
  readonly retry_after?: number
  readonly headers?: { get(name: string): string | null }
  readonly cause?: { readonly code?: string; readonly message?: string }
}

/** Makes out what a failed request means. */
export function readFailure(cause: unknown): RequestFailure {
  if (!(cause instanceof Error)) return passing(String(cause))
  const { status, data, retry_after: retryAfter } = cause as ClientError
  if (cause instanceof NotCompleted) return passing(cause.message)
  // The client shows the first digit of the header, and throws something else where that is none: both are a 429.
  if (retryAfter !== undefined || cause.message.startsWith("Invalid retryAfter"))
    return { ...passing("too many requests"), limited: true, status: 429 }
  if (typeof status !== "number") return readUnanswered(cause)
  const told = typeof data?.status === "object" ? data.status.error : undefined
  return readStatus(status, told ?? cause.message)
}

/** The error for a request that will not be sent again. `doing` completes "… failed". */
export function requestError(cause: unknown, doing: string): Error {
  if (isSynclineError(cause)) return cause
  const { code, reason, advice, status } = readFailure(cause)
  return coreError(code, `${doing} failed (${reason})${advice === "" ? "" : `; ${advice}`}`, {
    cause,
    details: status === undefined ? {} : { status }
  })
}

/** Whether a request failed because what it names is not there. */
export function isMissing(error: unknown): boolean {
  return isSynclineError(error, "sink-fenced") && error.details?.["status"] === 404
}

/** Whether a request failed because what it would make is there. */
export function isPresent(error: unknown): boolean {
  return (
    isSynclineError(error) && (error.details?.["status"] === 409 || error.message.includes("already exists"))
  )
}

function readUnanswered(cause: Error): RequestFailure {
  const network = (cause as ClientError).cause
  const why = network?.message ?? network?.code
  const reason = why === undefined || why === "" ? cause.message : `${cause.message}: ${why}`
  return { ...passing(reason), advice: "check that the server runs and can be reached" }
}

function readStatus(status: number, reason: string): RequestFailure {
  const known = { reason, status, passing: false }
  if (status === 401 || status === 403)
    return { ...known, code: "sink-unauthorized", advice: "check apiKey, and that it may write" }
  // Qdrant says so of a collection; whatever else answers for it knows no such path.
  if (status === 404 && !reason.startsWith("Not found:"))
    return { ...known, code: "sink-failed", advice: "no Qdrant answers there: check the address" }
  if (status === 404)
    return {
      ...known,
      code: "sink-fenced",
      advice:
        "the collection was dropped, or the server lost its data; opened anew, the sink makes it and fills it"
    }
  if (reason.includes("Index required but not found"))
    return {
      ...known,
      code: "sink-fenced",
      advice: "strict mode asks for an index that is not there; opened anew, the sink makes it"
    }
  if (/dimension error|Not existing vector name|Wrong vector/i.test(reason))
    return {
      ...known,
      code: "sink-foreign",
      advice:
        "the collection was made anew with other vectors; drop it and open again, its rows come back from the documents"
    }
  if (status === 429) return { ...known, ...passing(reason), limited: true, status }
  if (status === 408 || status >= 500)
    return { ...known, ...passing(reason), advice: adviceFor(status), status }
  const advice = adviceForRefused(status, reason)
  const isOfContent = status === 413 || (advice === "" && (status === 400 || status === 422))
  return { ...known, code: isOfContent ? "sink-refused" : "sink-failed", advice }
}

function adviceFor(status: number): string {
  return status === 507 ? "free space on the server" : "look into the server's log"
}

function adviceForRefused(status: number, reason: string): string {
  if (status === 413 || /payload.*(larger|limit)/i.test(reason)) return "set a lower maxRequestBytes"
  if (/limit (exceeded|reached)/i.test(reason))
    return "set a lower maxRequestPoints, or raise the limit of the server's strict mode"
  return ""
}

function passing(reason: string): RequestFailure {
  return { code: "sink-failed", reason, advice: "", passing: true }
}
