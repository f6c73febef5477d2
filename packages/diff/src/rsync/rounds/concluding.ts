import { isSynclineError } from "@syncline/clock"
import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { encodeAsk } from "./ask-message.ts"
import { joinParts, plannedParts, takeMissing } from "./assemble.ts"
import { damaged } from "./damaged.ts"
import { damagedFamilies, type LeafSource, repairedParts, repairFamilies } from "./families.ts"
import { acceptedMethods, readPayload } from "./payload.ts"
import { KnownNodes, missingNodes } from "./plan.ts"
import type { ReceivingState, ReceivingStep, Transfer } from "./receiving-state.ts"
import { messageKind } from "./round-message.ts"
import { stretchBytes } from "./stretch.ts"
import { noNodes } from "./content-tree.ts"

/** Takes the missing leaves. Throws `rounds-damaged`, and what readers of payloads throw. */
export async function takeLeaves(
  state: ReceivingState,
  transfer: Transfer,
  reader: ByteReader
): Promise<ReceivingStep> {
  const bytes = await readNodes(state, transfer, reader)
  if (bytes === undefined) return askWhole(state)
  const leaves = takeMissing(bytes, missingNodes(state.plan), state.width, transfer.hasher)
  return conclude({ ...state, leaves }, transfer)
}

/** Takes families that a false match had spoiled. Throws as {@link takeLeaves} does. */
export async function takeRepairs(
  state: ReceivingState,
  transfer: Transfer,
  reader: ByteReader
): Promise<ReceivingStep> {
  const bytes = await readNodes(state, transfer, reader)
  const { families } = state
  if (bytes === undefined || families === undefined) return askWhole(state)
  const source = leafSource(state, transfer)
  const repaired = repairFamilies(bytes, families, damagedFamilies(families, source), transfer.hasher)
  return finishWith(state, transfer, repairedParts(families, repaired, source))
}

/** Takes the whole content. Throws as {@link takeLeaves} does. */
export async function takeWhole(
  state: ReceivingState,
  transfer: Transfer,
  reader: ByteReader
): Promise<ReceivingStep> {
  const content = await readPayload(reader, transfer.length)
  if (!isSame(transfer.hasher.whole(content), transfer.hash))
    throw damaged("the whole of it does not have the hash announced first")
  return { state: { ...state, turn: "done", plan: [] }, content: new Uint8Array(content) }
}

/**
 * Bytes of nodes. Nothing if they are a delta against other bytes than this side has, which between honest sides means that a
 * node above the leaves was taken for another.
 */
async function readNodes(
  { old, reference }: ReceivingState,
  { length }: Transfer,
  reader: ByteReader
): Promise<Uint8Array | undefined> {
  // Each is another part of the content, unless a match was false: memory has to be bounded all the same.
  const isPossible = reference.reduce((sum, { start, end }) => sum + end - start, 0) <= length
  try {
    return await readPayload(reader, length, () => stretchBytes(old, isPossible ? reference : []))
  } catch (error) {
    if (isSynclineError(error, "binary-base-mismatch")) return undefined
    throw error
  }
}

/** Puts the content together, or asks for the families that a false match has spoiled. */
export function conclude(state: ReceivingState, transfer: Transfer): ReceivingStep {
  const { families, plan, old, leaves } = state
  const wrong = families && damagedFamilies(families, leafSource(state, transfer))
  if (families === undefined || wrong === undefined || wrong.size === 0)
    return finishWith(state, transfer, plannedParts(plan, old, leaves))
  const wanted = [...families.byParent.keys()].map(parent => wrong.has(parent))
  const message = encodeAsk(messageKind.askRepairs, { parameter: acceptedMethods(), wanted })
  return { state: { ...state, turn: "repairs" }, message }
}

function leafSource({ old, width, leaves }: ReceivingState, { tree, hasher }: Transfer): LeafSource {
  return { old, leaves, hasher, known: new KnownNodes(tree[0] ?? noNodes, width) }
}

/** Ends with the content in these parts; if a match was false after all, asks for the whole of it. */
function finishWith(state: ReceivingState, transfer: Transfer, parts: readonly Uint8Array[]): ReceivingStep {
  const content = joinParts(parts, transfer.length)
  if (content === undefined || !isSame(transfer.hasher.whole(content), transfer.hash)) return askWhole(state)
  return finish(state, content)
}

/** Asks for the whole content. */
export function askWhole(state: ReceivingState): ReceivingStep {
  const writer = new ByteWriter()
  writer.u8(messageKind.askWhole)
  writer.u8(acceptedMethods())
  return { state: { ...state, turn: "whole", plan: [] }, message: writer.finish() }
}

/** The end. */
export function finish(state: ReceivingState, content: Uint8Array<ArrayBuffer>): ReceivingStep {
  return { state: { ...state, turn: "done", plan: [] }, message: Uint8Array.of(messageKind.done), content }
}

/** Whether bytes are equal. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
