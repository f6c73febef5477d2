import { equalBytes } from "../../codec/hex.ts"
import type { Frame } from "../frame.ts"
import { isNotGranted } from "../not-granted.ts"
import type { SyncEffect } from "../sync-effect.ts"
import type { EventOf } from "../sync-event.ts"
import { frameCharge, minChunkBytes } from "../sync-limits.ts"
import type { Assembly, ChunkList, IncomingPayload, SyncState } from "../sync-state.ts"
import { refusals } from "./refusals.ts"
import { settleSoon } from "./settling.ts"
import type { Step } from "./step.ts"
import { andThen, end, step, violation } from "./step.ts"

/** Credit owed is given back at the latest when it amounts to this much, so that no sender starves below it. */
const maxOwedBytes = 2 ** 16

/** The first frame of a batch. */
export function commitsReceived(state: SyncState, { frame }: EventOf<"commits">): Step {
  const { through, scanned, total, bytes } = frame
  const head = {
    kind: "commits",
    ...(through === undefined ? {} : { through }),
    ...(scanned === undefined ? {} : { scanned })
  } as const
  return begin(state, { head, total, have: 0, chunks: undefined }, bytes)
}

/** The first frame of a snapshot, or of the rest of one. */
export function snapshotReceived(state: SyncState, { frame }: EventOf<"snapshot">): Step {
  const { document, id, total, offset, bytes } = frame
  const head = { kind: "snapshot", document, id } as const
  if (offset === 0) return begin(state, { head, total, have: 0, chunks: undefined }, bytes)
  const { partial } = state.incoming
  const fits =
    partial?.head.kind === "snapshot" &&
    equalBytes(partial.head.id, id) &&
    partial.have === offset &&
    partial.total === total
  if (!fits) return violation(state, "a snapshot continues one that is not here")
  return begin(state, { ...partial, head }, bytes)
}

/** More of it. */
export function chunkReceived(state: SyncState, { frame }: EventOf<"chunk">): Step {
  const { assembly } = state.incoming
  if (assembly === undefined || frame.bytes.length === 0) return violation(state, "a chunk continues nothing")
  return take(state, assembly, frame.bytes)
}

/** What was delivered is durable, or was refused: acknowledge, give credit back, say what was not taken. */
export function applied(before: SyncState, event: EventOf<"applied">): Step {
  const state = event.rejections.every(isNotGranted) ? before : refusedNow(before)
  const { incoming } = state
  const count = incoming.applied + event.payloads
  const effects = refusals(event.rejections)
  // After what was refused: with everything acknowledged the peer compares roots.
  effects.push({ kind: "send", frame: { kind: "ack", payloads: count } })
  if (event.wants.length > 0) effects.push({ kind: "send", frame: { kind: "want", entries: event.wants } })
  const released = count >= incoming.assembled ? incoming.held : 0
  const held = incoming.held - released
  const next = step({ ...state, incoming: { ...incoming, applied: count, held } }, ...effects)
  return andThen(
    andThen(next, at => owe(at, event.frameBytes + released)),
    settleSoon
  )
}

/** The peer did not take commits of ours. */
export function rejectReceived(state: SyncState, { frame }: EventOf<"reject">): Step {
  return step(isNotGranted(frame) ? state : refusedNow(state), {
    kind: "report",
    report: { kind: "rejected-there", reject: frame }
  })
}

function refusedNow(state: SyncState): SyncState {
  return state.round.refused ? state : { ...state, round: { ...state.round, refused: true } }
}

function begin(state: SyncState, assembly: Assembly, bytes: Uint8Array): Step {
  const { maxPayloadBytes } = state.limits
  const isWhole = assembly.have === 0 && bytes.length === assembly.total
  if (state.incoming.assembly !== undefined && !isWhole)
    return violation(state, "a batch begins inside another, and is not all there")
  if (assembly.total > maxPayloadBytes)
    return end(
      state,
      "frame-too-large",
      `a batch of ${assembly.total} bytes, more than the ${maxPayloadBytes} agreed on`
    )
  if (isWhole) return takeWhole(state, assembly, bytes)
  // What an earlier connection left is either continued now or out of date.
  return take({ ...state, incoming: { ...state.incoming, partial: undefined } }, assembly, bytes)
}

/** All of it in one frame, whatever else is being put together. */
function takeWhole(state: SyncState, { head, total }: Assembly, bytes: Uint8Array): Step {
  const { incoming } = state
  const charge = total + frameCharge
  if (charge > incoming.window) return overdrawn(state, charge)
  const next = { ...incoming, window: incoming.window - charge, received: incoming.received + 1 }
  return step(
    { ...state, incoming: next },
    { kind: "deliver", payload: { ...head, bytes, frameBytes: charge } }
  )
}

function overdrawn(state: SyncState, charge: number): Step {
  return end(state, "flow-control", `${charge} bytes came with credit for ${state.incoming.window}`)
}

function take(state: SyncState, before: Assembly, bytes: Uint8Array): Step {
  const { incoming } = state
  const charge = bytes.length + frameCharge
  if (charge > incoming.window) return overdrawn(state, charge)
  const have = before.have + bytes.length
  if (have > before.total) return violation(state, `${have} bytes of a batch of ${before.total}`)
  if (have < before.total && bytes.length < minChunkBytes)
    return violation(state, `a chunk of ${bytes.length} bytes that is not the last`)
  const assembly: Assembly = { ...before, have, chunks: { bytes, before: before.chunks } }
  const window = incoming.window - charge
  if (have < assembly.total) return keep({ ...state, incoming: { ...incoming, window, assembly } }, charge)
  const received = incoming.received + 1
  const complete = { ...incoming, window, assembly: undefined, received, assembled: received }
  return step({ ...state, incoming: complete }, { kind: "deliver", payload: assembled(assembly, charge) })
}

/**
 * Kept together a payload is bounded by its own size, so the credit for its chunks can go back at once; but only while
 * no other one of chunks waits to be applied, or a peer that sends faster than we apply could pile up one after the other.
 * What came whole holds its own credit until it is applied.
 */
function keep(state: SyncState, charge: number): Step {
  const { incoming } = state
  if (incoming.applied >= incoming.assembled) return owe(state, charge)
  return step({ ...state, incoming: { ...incoming, held: incoming.held + charge } })
}

function owe(state: SyncState, bytes: number): Step {
  const { incoming, limits } = state
  const owed = incoming.owed + bytes
  if (owed < Math.min(limits.windowBytes / 4, maxOwedBytes))
    return step({ ...state, incoming: { ...incoming, owed } })
  const credit: Frame = { kind: "credit", bytes: owed }
  return step(
    { ...state, incoming: { ...incoming, owed: 0, window: incoming.window + owed } },
    { kind: "send", frame: credit }
  )
}

function assembled({ head, total, chunks }: Assembly, frameBytes: number): IncomingPayload {
  return { ...head, bytes: join(chunks, total), frameBytes }
}

function join(chunks: ChunkList | undefined, total: number): Uint8Array {
  const bytes = new Uint8Array(total)
  let at = total
  for (let chunk = chunks; chunk !== undefined; chunk = chunk.before) {
    at -= chunk.bytes.length
    bytes.set(chunk.bytes, at)
  }
  return bytes
}
