import type { JsonObject, JsonValue } from "../document/json.ts"
import { answersOf, dotName } from "../conflict/resolution-note.ts"
import type { AuditReply } from "./audit-entry.ts"

/** The annotation that belongs to Syncline; applications have all others. */
const reservedAnnotation = "syncline"

/** What entries say of a commit's annotations. */
export interface AuditedAnnotations {
  readonly author?: string
  readonly message?: string
  readonly meta?: JsonObject
  readonly inReplyTo?: AuditReply
}

/** Sorts a commit's annotations: who, why, in reply to what, and the rest. Whatever a peer put there, it does not throw. */
export function auditedAnnotations(meta: JsonObject | undefined): AuditedAnnotations {
  if (meta === undefined) return {}
  const { [reservedAnnotation]: note, author, message, ...rest } = meta
  const others = {
    ...(typeof author === "string" || author === undefined ? {} : { author }),
    ...(typeof message === "string" || message === undefined ? {} : { message }),
    ...rest
  }
  const inReplyTo = isObject(note) ? replyOf(note, meta) : undefined
  return {
    ...(typeof author === "string" ? { author } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(Object.keys(others).length === 0 ? {} : { meta: others }),
    ...(inReplyTo === undefined ? {} : { inReplyTo })
  }
}

function replyOf(note: JsonObject, meta: JsonObject): AuditReply | undefined {
  const { resolved, reverted, ...others } = note
  const resolution = resolutionOf(meta)
  const revert = revertOf(reverted)
  const reply = {
    ...(resolution === undefined ? {} : { resolution }),
    ...(revert === undefined ? {} : { revert }),
    ...unread("resolved", resolved, resolution),
    ...unread("reverted", reverted, revert),
    ...others
  }
  return Object.keys(reply).length === 0 ? undefined : reply
}

function resolutionOf(meta: JsonObject): AuditReply["resolution"] {
  const answers = answersOf(meta)
  if (answers.length === 0) return undefined
  const commits = new Map(
    answers.flatMap(({ originals, over }) => [...originals, ...over]).map(dot => [dotName(dot), dot])
  )
  const rules = new Set(answers.flatMap(({ rule }) => rule ?? []))
  return { commits: [...commits.values()], rules: [...rules] }
}

/** A note of a form that is not read stands as it is. */
function unread(name: string, note: JsonValue | undefined, read: unknown): JsonObject {
  return note === undefined || read !== undefined ? {} : { [name]: note }
}

function revertOf(note: JsonValue | undefined): AuditReply["revert"] {
  if (!isObject(note)) return undefined
  const { digest, version } = note
  if (typeof digest !== "string") return undefined
  return { digest, ...(typeof version === "string" ? { version } : {}) }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
