import { fieldsOf } from "../posted/posted-message.ts"

/** What tabs say to all on the channel where they find each other. `to`: meant for one of them. */
export type MeetingMessage =
  /** Somebody came, and wants to know who is there. */
  | { readonly syncline: "hello"; readonly from: string; readonly to?: string }
  /** The answer. */
  | { readonly syncline: "here"; readonly from: string; readonly to: string }
  /** Asks for a connection on the pair's channel of this id. */
  | { readonly syncline: "call"; readonly from: string; readonly to: string; readonly id: string }
  /** Somebody leaves. */
  | { readonly syncline: "goodbye"; readonly from: string }

/** Longer names are nobody's of ours. */
const maxNameLength = 64

/** What was said, if it is of this kind and for `self`. */
export function readMeeting(value: unknown, self: string): MeetingMessage | undefined {
  const { syncline, from, to, id } = fieldsOf(value)
  if (!isName(from) || from === self || (to !== undefined && to !== self)) return undefined
  if (syncline === "hello" || syncline === "goodbye") return { syncline, from }
  if (to === undefined) return undefined
  if (syncline === "here") return { syncline, from, to: self }
  return syncline === "call" && isName(id) ? { syncline, from, to: self, id } : undefined
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxNameLength
}
