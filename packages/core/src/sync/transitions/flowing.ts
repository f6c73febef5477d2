import type { Frame, HelloFrame } from "../frame.ts"
import type { SyncEffect } from "../sync-effect.ts"
import { bulkChunkBytes, frameCharge, frameOverhead, minChunkBytes } from "../sync-limits.ts"
import type { OutgoingPayload, OutgoingState, SyncState, Transfer } from "../sync-state.ts"
import type { Step } from "./step.ts"
import { step } from "./step.ts"

/** The protocol from which on payloads may overtake others. */
const overtaking = 4

/** Up to which size payloads to a peer go out whole: they fit a frame, and a quarter of the credit is back sooner or later. */
export function smallBytesFor({ maxProtocol, maxFrameBytes }: HelloFrame, maxCredit: number): number {
  if (maxProtocol < overtaking) return Number.POSITIVE_INFINITY
  return Math.min(maxFrameBytes - frameOverhead, maxCredit / 4 - frameCharge)
}

/** Sends of the payloads at hand as much as credit allows. */
export function flow(state: SyncState): Step {
  const effects: SyncEffect[] = []
  const maxBytes = (state.peer?.maxFrameBytes ?? frameOverhead) - frameOverhead
  let { outgoing } = state
  for (let next = advance(outgoing, maxBytes, effects); next; next = advance(outgoing, maxBytes, effects))
    outgoing = next
  return step({ ...state, outgoing }, ...effects)
}

/** One frame further; nothing where there is nothing to send, or no credit for it. */
function advance(
  outgoing: OutgoingState,
  maxBytes: number,
  effects: SyncEffect[]
): OutgoingState | undefined {
  const { front, bulk, maxCredit, smallBytes } = outgoing
  const isLarge = front !== undefined && front.payload.bytes.length > smallBytes
  if (isLarge && bulk === undefined) {
    effects.push({ kind: "pump" })
    return { ...outgoing, front: undefined, bulk: front, overtaken: 0, stale: false }
  }
  const small = isLarge ? undefined : front
  const chunk = Math.max(minChunkBytes, Math.min(bulkChunkBytes, maxBytes, maxCredit / 8))
  // Else it would never come to its end where others keep coming.
  const isBulksTurn = bulk !== undefined && (small === undefined || outgoing.overtaken >= chunk)
  if (small !== undefined && !isBulksTurn) return sendFront(outgoing, small, maxBytes, effects)
  if (bulk === undefined) return undefined
  return small !== undefined || leavesRoom(outgoing, bulk, chunk)
    ? sendBulk(outgoing, bulk, chunk, effects)
    : undefined
}

/**
 * On its own what can be overtaken uses half of the credit: what is on the wire is what the next one waits for. In the smallest
 * window, what is owed and not given back yet is a quarter, and a chunk another one.
 */
function leavesRoom(
  { credit, maxCredit }: OutgoingState,
  { payload, offset }: Transfer,
  chunk: number
): boolean {
  const used = maxCredit - credit + Math.min(chunk, payload.bytes.length - offset) + frameCharge
  return used <= Math.max(maxCredit / 2, 3 * minChunkBytes)
}

function sendFront(
  outgoing: OutgoingState,
  front: Transfer,
  maxBytes: number,
  effects: SyncEffect[]
): OutgoingState | undefined {
  const { credit, smallBytes, sent, overtaken } = outgoing
  const size = front.payload.bytes.length
  if (smallBytes !== Number.POSITIVE_INFINITY && credit < size + frameCharge) return undefined
  const piece = sendPiece(front, credit, maxBytes, effects)
  if (piece === undefined) return undefined
  const next = { ...outgoing, credit: piece.credit, overtaken: overtaken + size + frameCharge }
  if (!isOut(piece.transfer)) return { ...next, front: piece.transfer }
  effects.push({ kind: "pump" })
  return { ...next, front: undefined, sent: sent + 1, stale: false }
}

function sendBulk(
  outgoing: OutgoingState,
  bulk: Transfer,
  chunk: number,
  effects: SyncEffect[]
): OutgoingState | undefined {
  const piece = sendPiece(bulk, outgoing.credit, chunk, effects)
  if (piece === undefined) return undefined
  const next = { ...outgoing, credit: piece.credit, overtaken: 0 }
  if (!isOut(piece.transfer)) return { ...next, bulk: piece.transfer }
  effects.push({ kind: "bulk-sent" })
  return { ...next, bulk: undefined, sent: outgoing.sent + 1 }
}

function isOut({ payload, begun, offset }: Transfer): boolean {
  return begun && offset === payload.bytes.length
}

/** Sends the next frame of a payload, if credit suffices for one worth its while. */
function sendPiece(
  { payload, begun, offset }: Transfer,
  credit: number,
  maxBytes: number,
  effects: SyncEffect[]
): { readonly transfer: Transfer; readonly credit: number } | undefined {
  const room = Math.min(credit - frameCharge, maxBytes)
  if (room < Math.min(payload.bytes.length - offset, minChunkBytes)) return undefined
  const bytes = payload.bytes.subarray(offset, offset + room)
  effects.push({ kind: "send", frame: begun ? { kind: "chunk", bytes } : firstFrame(payload, bytes) })
  const transfer = { payload, begun: true, offset: offset + bytes.length }
  return { transfer, credit: credit - bytes.length - frameCharge }
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
