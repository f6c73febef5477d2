import { diffError } from "../error/diff-error.ts"
import { CellArray } from "./cell-array.ts"
import { cellsNeeded, cellsWanted } from "./cells-wanted.ts"
import { leadsTo } from "./check-difference.ts"
import { estimateDifference } from "./estimate-difference.ts"
import { peelCells, type SetDifference } from "./peel-cells.ts"
import {
  decodeRateless,
  encodeRateless,
  type RatelessMessage,
  type RatelessMessageLimits,
  subtractCells
} from "./rateless-message.ts"
import {
  newSession,
  type RatelessOptions,
  type RatelessSession,
  type RatelessStep
} from "./rateless-session.ts"
import type { RatelessSketch } from "./rateless-sketch.ts"

/** Opens a reconciliation as its initiator. Throws `set-argument-invalid` for options out of range. */
export function beginRateless(
  sketch: RatelessSketch,
  options: RatelessOptions = {}
): { readonly session: RatelessSession; readonly message: Uint8Array<ArrayBuffer> } {
  const session = newSession("initiator", sketch.mark, options)
  const { mark } = session
  const cells = sketch.cells(0, session.options.firstCells, mark)
  const message: RatelessMessage = {
    kind: "begin",
    keyTag: sketch.keyTag,
    checksum: sketch.checksum(mark),
    cells
  }
  return { session: { ...session, cells: cells.to }, message: encodeRateless(message) }
}

/**
 * Answers the first message of a peer. Of the options, the limits apply; the peer chose how to begin.
 *
 * Throws `set-message-invalid`, `set-key-mismatch`, `set-limit` and the errors of `ByteReader`, also in later steps.
 */
export function acceptRateless(
  sketch: RatelessSketch,
  message: Uint8Array,
  options: RatelessOptions = {}
): RatelessStep {
  const session = newSession("responder", sketch.mark, options)
  const first = decodeRateless(message, messageLimits(session))
  if (first.kind !== "begin") throw outOfTurn(session, first)
  if (first.keyTag !== sketch.keyTag) {
    throw diffError("set-key-mismatch", "the peer hashes with another key; agree on one before comparing")
  }
  return decode(sketch, { ...session, peer: { checksum: first.checksum, cells: first.cells } })
}

/**
 * Takes the peer's next message. Sends and receives nothing; the session given stays as it was.
 *
 * Both sides end with exactly what differs between the two sets as they were at each side's first step, checked against the
 * peer's checksum, or with `gave-up`, or with an error: those of {@link acceptRateless}, and `set-snapshot-gone`.
 */
export function stepRateless(
  sketch: RatelessSketch,
  session: RatelessSession,
  message: Uint8Array
): RatelessStep {
  if (session.messages >= session.options.maxMessages) {
    throw diffError(
      "set-limit",
      `not done after maxMessages, ${session.options.maxMessages} messages of the peer: raise it, or reconcile by ranges`
    )
  }
  const received = decodeRateless(message, messageLimits(session))
  const next = { ...session, messages: session.messages + 1 }
  if (received.kind === "gave-up") {
    return { session: next, message: undefined, outcome: { status: "gave-up", estimate: received.estimate } }
  }
  if (session.role === "initiator" && received.kind === "more") return sendMore(sketch, next, received.to)
  if (session.role === "initiator" && received.kind === "result") return takeResult(sketch, next, received)
  if (session.peer === undefined || received.kind !== "cells") throw outOfTurn(session, received)
  return decode(sketch, {
    ...next,
    peer: { ...session.peer, cells: joined(session.peer.cells, received.cells, session.cells) }
  })
}

/** The responder's work: decode, or ask for more, or give up. */
function decode(sketch: RatelessSketch, session: RatelessSession): RatelessStep {
  const { mark, peer, options } = session
  if (peer === undefined) throw diffError("set-argument-invalid", "this is no responder's session")
  const own = sketch.checksum(mark)
  const known = peer.cells.to
  const difference = subtractCells(peer.cells, sketch.cells(0, known, mark))
  const { size } = peer.checksum
  const estimate = estimateDifference(difference, size - own.size, size + own.size)
  const hasher = sketch.hasher()
  const found = peelCells(difference, hasher, id => sketch.holds(id, mark))
  if (found !== undefined) {
    if (!leadsTo(own, found, peer.checksum, hasher)) {
      throw diffError("set-message-invalid", "the peer's cells are not those of a set with its checksum")
    }
    const result: RatelessMessage = { kind: "result", checksum: own, mine: found.ours, yours: found.theirs }
    return { session, message: encodeRateless(result), outcome: { status: "decoded", ...found } }
  }
  if (known >= options.maxCells || cellsNeeded(estimate) > options.maxCells) {
    const outcome = { status: "gave-up", estimate } as const
    return { session, message: encodeRateless({ kind: "gave-up", estimate }), outcome }
  }
  const to = Math.min(options.maxCells, cellsWanted(known, estimate, session.messages))
  const message = encodeRateless({ kind: "more", to })
  return { session: { ...session, cells: to }, message, outcome: undefined }
}

function sendMore(sketch: RatelessSketch, session: RatelessSession, to: number): RatelessStep {
  const { mark, cells: from, options } = session
  if (to <= from)
    throw diffError("set-message-invalid", `the peer asks for cells up to ${to} and has ${from}`)
  if (to > options.maxCells) {
    // It is the responder who gives up, but its limit may be higher than ours.
    const outcome = { status: "gave-up", estimate: to } as const
    return { session, message: encodeRateless({ kind: "gave-up", estimate: to }), outcome }
  }
  const message = encodeRateless({ kind: "cells", cells: sketch.cells(from, to, mark) })
  return { session: { ...session, cells: to }, message, outcome: undefined }
}

function takeResult(
  sketch: RatelessSketch,
  session: RatelessSession,
  result: Extract<RatelessMessage, { kind: "result" }>
): RatelessStep {
  const { mark } = session
  const found: SetDifference = { theirs: result.mine, ours: result.yours }
  const possible =
    found.ours.every(id => sketch.holds(id, mark)) && !found.theirs.some(id => sketch.holds(id, mark))
  if (!possible || !leadsTo(sketch.checksum(mark), found, result.checksum, sketch.hasher())) {
    throw diffError("set-message-invalid", "the peer's result does not lead from our set to its own")
  }
  return { session, message: undefined, outcome: { status: "decoded", ...found } }
}

/** Two runs of cells as one. Throws `set-message-invalid` unless the second follows the first. */
function joined(known: CellArray, more: CellArray, asked: number): CellArray {
  if (more.from !== known.to || more.to !== asked) {
    throw diffError(
      "set-message-invalid",
      `the peer sent cells ${more.from} to ${more.to} instead of ${known.to} to ${asked}`
    )
  }
  const all = new CellArray(0, more.to)
  all.copy(known)
  all.copy(more)
  return all
}

function messageLimits({ options: { maxCells } }: RatelessSession): RatelessMessageLimits {
  // No more ids can be told apart than there are cells.
  return { maxCells, maxDifferences: maxCells }
}

function outOfTurn({ role }: RatelessSession, { kind }: RatelessMessage): Error {
  return diffError("set-message-invalid", `a message of kind ${kind} is not for the ${role} now; begin anew`)
}
