import type { CloseReason, RandomPort } from "@syncline/core"

/**
 * What a connection posts. `syncline` tells it from messages of the application on the same port, which are left alone;
 * `id` tells connections apart.
 */
export type PostedMessage =
  /** The side that was asked takes part. */
  | { readonly syncline: "opened"; readonly id: string }
  | { readonly syncline: "data"; readonly id: string; readonly bytes: ArrayBuffer }
  /** So many bytes of data were taken in since the beginning. */
  | { readonly syncline: "taken"; readonly id: string; readonly bytes: number }
  | {
      readonly syncline: "close"
      readonly id: string
      readonly reason: CloseReason
      readonly message: string
    }

const reasons: { readonly [R in CloseReason]: true } = {
  closed: true,
  "going-away": true,
  "protocol-violation": true,
  "protocol-unsupported": true,
  "frame-too-large": true,
  "flow-control": true,
  timeout: true,
  unauthorized: true,
  self: true,
  internal: true,
  "connection-lost": true,
  expired: true,
  regrant: true
}

/** What of a message concerns a connection; `undefined` for everything else that is posted there. */
export function readPosted(value: unknown): PostedMessage | undefined {
  const { syncline, id, bytes, reason, message } = fieldsOf(value)
  if (typeof id !== "string") return undefined
  if (syncline === "opened") return { syncline, id }
  if (syncline === "data") return bytes instanceof ArrayBuffer ? { syncline, id, bytes } : undefined
  if (syncline === "taken") return isCount(bytes) ? { syncline, id, bytes } : undefined
  if (syncline !== "close") return undefined
  return {
    syncline,
    id,
    reason: isReason(reason) ? reason : "connection-lost",
    message: typeof message === "string" ? message : ""
  }
}

/** The members of what may be anything; none of what is no object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {}
}

/** A name nobody else has. */
export function randomName(random: RandomPort): string {
  return [...random.bytes(8)].map(byte => byte.toString(16).padStart(2, "0")).join("")
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
}

function isReason(value: unknown): value is CloseReason {
  return typeof value === "string" && Object.hasOwn(reasons, value)
}
