import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import type { ProjectorEvent } from "./projector-machine.ts"

/** What a projector does about a failure. */
export type FailureReaction = Extract<ProjectorEvent, { type: "failed" }>["reaction"]

/** Passing, or for somebody else to mend: an application opens without its sink. */
const passingCodes: readonly string[] = ["sink-failed", "sink-unauthorized", "sink-fenced"]

const lastingCodes: readonly string[] = [
  "sink-foreign",
  "store-newer",
  "projection-invalid",
  "options-invalid"
]

/** What does not pass by itself is a matter of configuration when it meets us first: the application must hear of it. */
export function firstReactionTo(error: unknown): FailureReaction {
  if (isSynclineError(error, "sink-leased")) return "standby"
  return isSynclineError(error) && !passingCodes.includes(error.code) ? "stop" : "retry"
}

/** For a sink that was open before. */
export function reactionTo(error: unknown): FailureReaction {
  if (isSynclineError(error, "sink-leased")) return "standby"
  if (isSynclineError(error, "sink-fenced") || isLate(error)) return "reopen"
  return isSynclineError(error) && lastingCodes.includes(error.code) ? "stop" : "retry"
}

/** The error of everything asked of a sink whose replica is closed. */
export function closedError(sink: string): Error {
  return coreError("replica-closed", `sink ${sink}: the replica was closed; open it again, nothing is lost`)
}

// What a call that was given up still does, must not come between those of the session in use.
function isLate(error: unknown): boolean {
  return isSynclineError(error, "sink-failed") && error.details["timeoutMs"] !== undefined
}
