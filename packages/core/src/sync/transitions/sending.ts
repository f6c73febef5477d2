import type { Frame } from "../frame.ts"
import type { SyncEffect } from "../sync-effect.ts"
import type { EventOf } from "../sync-event.ts"
import { frameCharge, frameOverhead, minChunkBytes } from "../sync-limits.ts"
import type { OutgoingPayload, OutgoingState, SyncState } from "../sync-state.ts"
import { settleSoon } from "./settling.ts"
import type { Step } from "./step.ts"
import { andThen, end, stay, step, violation } from "./step.ts"

/** Something turned up to be sent. */
export function work(state: SyncState): Step {
  const { outgoing } = state
  if (!outgoing.started) return stay(state)
  if (outgoing.pump === "asked") return stay({ ...state, outgoing: { ...outgoing, stale: true } })
  return step({ ...state, outgoing: { ...outgoing, pump: "asked", stale: false } }, { kind: "pump" })
}

/** The next payload. */
export function offer(state: SyncState, { payload }: EventOf<"offer">): Step {
  const offset = payload.kind === "snapshot" ? payload.offset : 0
  return sendChunks({ ...state, outgoing: { ...state.outgoing, payload, begun: false, offset } })
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
  return sendChunks({ ...state, outgoing: { ...outgoing, credit } })
}

/** Payloads became durable there. */
export function ackReceived(state: SyncState, { frame }: EventOf<"ack">): Step {
  const { outgoing } = state
  if (frame.payloads < outgoing.acked || frame.payloads > outgoing.sent)
    return violation(state, `${frame.payloads} batches were acknowledged, ${outgoing.sent} were sent`)
  return settleSoon({ ...state, outgoing: { ...outgoing, acked: frame.payloads } })
}

/** Cuts the payload at hand into frames as far as credit goes, then asks for the next. */
function sendChunks(state: SyncState): Step {
  const { outgoing } = state
  const { payload } = outgoing
  if (payload === undefined) return stay(state)
  const effects: SyncEffect[] = []
  const maxBytes = (state.peer?.maxFrameBytes ?? frameOverhead) - frameOverhead
  const { offset, credit, begun } = cut(payload, outgoing, maxBytes, effects)
  if (!begun || offset < payload.bytes.length)
    return step({ ...state, outgoing: { ...outgoing, offset, credit, begun } }, ...effects)
  const sent: OutgoingState = {
    ...outgoing,
    credit,
    payload: undefined,
    begun: false,
    offset: 0,
    sent: outgoing.sent + 1,
    stale: false
  }
  return andThen(step({ ...state, outgoing: sent }, ...effects), next => step(next, { kind: "pump" }))
}

function cut(
  payload: OutgoingPayload,
  outgoing: OutgoingState,
  maxBytes: number,
  effects: SyncEffect[]
): Pick<OutgoingState, "offset" | "credit" | "begun"> {
  let { offset, credit, begun } = outgoing
  const total = payload.bytes.length
  while (!begun || offset < total) {
    const room = Math.min(credit - frameCharge, maxBytes)
    if (room < Math.min(total - offset, minChunkBytes)) break
    const bytes = payload.bytes.subarray(offset, offset + room)
    effects.push({ kind: "send", frame: begun ? { kind: "chunk", bytes } : firstFrame(payload, bytes) })
    credit -= bytes.length + frameCharge
    offset += bytes.length
    begun = true
  }
  return { offset, credit, begun }
}

function firstFrame(payload: OutgoingPayload, bytes: Uint8Array): Frame {
  const total = payload.bytes.length
  if (payload.kind === "snapshot")
    return {
      kind: "snapshot",
      document: payload.document,
      id: payload.id,
      total,
      offset: payload.offset,
      bytes
    }
  const { through, scanned } = payload
  return {
    kind: "commits",
    total,
    bytes,
    ...(through === undefined ? {} : { through }),
    ...(scanned === undefined ? {} : { scanned })
  }
}
