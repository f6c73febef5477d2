import type { EventOf } from "../sync-event.ts"
import type { SyncState } from "../sync-state.ts"
import { flow } from "./flowing.ts"
import { settleSoon } from "./settling.ts"
import type { Step } from "./step.ts"
import { end, stay, step, violation } from "./step.ts"

/** Something turned up to be sent. */
export function work(state: SyncState): Step {
  const { outgoing } = state
  if (!outgoing.started) return stay(state)
  if (outgoing.pump === "asked") return stay({ ...state, outgoing: { ...outgoing, stale: true } })
  return step({ ...state, outgoing: { ...outgoing, pump: "asked", stale: false } }, { kind: "pump" })
}

/** The next payload. */
export function offer(state: SyncState, { payload }: EventOf<"offer">): Step {
  const { outgoing } = state
  const isLarge = payload.bytes.length > outgoing.smallBytes
  const offset = payload.kind === "snapshot" && outgoing.resumable ? payload.offset : 0
  // The peer lets go of what it has once something else comes in pieces; an older one, once anything comes.
  const resumable = outgoing.resumable && outgoing.smallBytes !== Number.POSITIVE_INFINITY && !isLarge
  const whole = payload.kind === "snapshot" ? { ...payload, offset } : payload
  return flow({
    ...state,
    outgoing: { ...outgoing, resumable, front: { payload: whole, begun: false, offset } }
  })
}

/** Nothing is left to be sent, unless work turned up meanwhile. */
export function drained(state: SyncState, { through }: EventOf<"drained">): Step {
  const { outgoing } = state
  if (outgoing.stale)
    return step({ ...state, outgoing: { ...outgoing, through, stale: false } }, { kind: "pump" })
  return settleSoon({ ...state, outgoing: { ...outgoing, through, pump: "resting" } })
}

/** The peer has room again. */
export function creditReceived(state: SyncState, { frame }: EventOf<"credit">): Step {
  const { outgoing } = state
  const credit = outgoing.credit + frame.bytes
  if (frame.bytes === 0 || credit > outgoing.maxCredit)
    return end(state, "flow-control", `${frame.bytes} bytes of credit were given back, more than were used`)
  return flow({ ...state, outgoing: { ...outgoing, credit } })
}

/** Payloads became durable there. */
export function ackReceived(state: SyncState, { frame }: EventOf<"ack">): Step {
  const { outgoing } = state
  if (frame.payloads < outgoing.acked || frame.payloads > outgoing.sent)
    return violation(state, `${frame.payloads} batches were acknowledged, ${outgoing.sent} were sent`)
  return settleSoon({ ...state, outgoing: { ...outgoing, acked: frame.payloads } })
}
