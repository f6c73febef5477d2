import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"
import { encodeAsk } from "./ask-message.ts"
import { joinParts, plannedParts, takeMissing } from "./assemble.ts"
import { decodeChildren } from "./children-message.ts"
import { ContentHasher } from "./content-hasher.ts"
import { type ContentTree, contentTree, LEAF_MIN_BYTES, type TreeLevel } from "./content-tree.ts"
import { damaged } from "./damaged.ts"
import { damagedFamilies, type Families, type LeafSource, repairedParts, repairFamilies } from "./families.ts"
import { decodeHello } from "./hello-message.ts"
import { acceptedMethods, readPayload } from "./payload.ts"
import type { Leaf } from "./leaf-cutter.ts"
import { KnownNodes, missingNodes, type Plan, PlanWriter, wantedNodes } from "./plan.ts"
import {
  firstWidth,
  invalidMessage,
  isWideEnough,
  messageKind,
  neededBits,
  readMessage
} from "./round-message.ts"

/** Where the side that has an old version stands. Opaque; use each state once. */
export interface ReceivingState {
  readonly old: Uint8Array
  readonly maxBytes: number
  /** What the peer has to send next. */
  readonly turn: "hello" | "children" | "leaves" | "repairs" | "whole" | "done"
  /** What the first message said; nothing before it. */
  readonly transfer: Transfer | undefined
  /** The level of the unknown nodes of the plan. */
  readonly level: number
  /** Bits of their digests. */
  readonly width: number
  readonly plan: Plan
  /** What false matches among leaves are found and repaired with; nothing before leaves, or if the first message has them. */
  readonly families: Families | undefined
  /** Leaves the peer sent, by digest as far as it was sent. */
  readonly leaves: ReadonlyMap<number, Leaf>
}

/** What holds for a whole transfer. */
interface Transfer {
  readonly hasher: ContentHasher
  /** Of the old content. */
  readonly tree: ContentTree
  readonly length: number
  readonly hash: Uint8Array
}

/** What came of a step. */
export interface ReceivingStep {
  readonly state: ReceivingState
  /** To be sent now, also if the content is there: the peer waits for it. */
  readonly message?: Uint8Array
  /** The peer's content, in an array of its own. The transfer is over with it. */
  readonly content?: Uint8Array
}

/** What a peer may do to this side. */
export interface ReceivingOptions {
  /** Longest content that is accepted. Default 256 MiB. Memory is some ten times both contents at most. */
  readonly maxBytes?: number
}

const DEFAULT_MAX_BYTES = 2 ** 28
const noNodes: TreeLevel = { digests: [], ends: [], childEnds: [] }

/**
 * Begins to take the content of a peer that calls `beginSending`, given another version of it, which is kept and must not
 * change. Whatever the peer sends, the end is the content it announced, checked by a hash over all of it, or an error.
 *
 * @throws SynclineError `rounds-option-invalid` for a limit that is no whole number.
 */
export function beginReceiving(old: Uint8Array, options: ReceivingOptions = {}): ReceivingState {
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0)
    throw diffError("rounds-option-invalid", `a limit of ${maxBytes} bytes is no whole number`)
  return {
    old,
    maxBytes,
    turn: "hello",
    transfer: undefined,
    level: 0,
    width: 0,
    plan: [],
    families: undefined,
    leaves: new Map()
  }
}

/**
 * Takes one message of the peer.
 *
 * @throws SynclineError `rounds-message-invalid`, `rounds-limit`, `rounds-damaged`; the transfer is over then.
 */
export async function stepReceiving(state: ReceivingState, message: Uint8Array): Promise<ReceivingStep> {
  return await readMessage(message, async (reader, kind) => {
    const { turn, transfer } = state
    if (turn !== "done" && kind === messageKind[turn]) {
      if (turn === "hello") return await takeHello(state, reader)
      if (transfer !== undefined && turn === "children") return takeChildren(state, transfer, reader)
      if (transfer !== undefined && turn === "leaves") return await takeLeaves(state, transfer, reader)
      if (transfer !== undefined && turn === "repairs") return await takeRepairs(state, transfer, reader)
      if (transfer !== undefined) return await takeWhole(state, transfer, reader)
    }
    throw invalidMessage(`a message of kind ${kind} came out of turn`, { kind, turn })
  })
}

async function takeHello(state: ReceivingState, reader: ByteReader): Promise<ReceivingStep> {
  const { key, length, hash, level, digests } = decodeHello(reader)
  if (length > state.maxBytes) {
    const details = { length, maxBytes: state.maxBytes }
    throw diffError("rounds-limit", `the peer's content has ${length} bytes, the limit is maxBytes`, details)
  }
  const hasher = await ContentHasher.create(key)
  if (length === state.old.length && isSame(hasher.whole(state.old), hash))
    return finish(state, state.old.slice())
  const transfer = { hasher, tree: contentTree(state.old, hasher), length, hash }
  const width = firstWidth(digests.length)
  const nodes = transfer.tree[level] ?? noNodes
  // Where this side has far more nodes than the peer expected, so few bits would match by chance.
  const known = new KnownNodes(isWideEnough(nodes.digests.length) ? nodes : noNodes, width)
  const plan = new PlanWriter(mostLeaves(length))
  for (const digest of digests) plan.add(known.find(digest))
  return askOn({ ...state, transfer, level, width, plan: plan.finish() }, transfer, digests)
}

function takeChildren(state: ReceivingState, transfer: Transfer, reader: ByteReader): ReceivingStep {
  const level = state.level - 1
  const nodes = transfer.tree[level] ?? noNodes
  const missing = missingNodes(state.plan)
  const needed = neededBits(level, nodes.digests.length)
  const { width, families } = decodeChildren(reader, { level, nodes: missing.size, needed })
  const byParent = new Map([...missing].map((digest, i) => [digest, families[i] ?? []]))
  const known = new KnownNodes(nodes, width)
  const plan = new PlanWriter(mostLeaves(transfer.length))
  for (const part of state.plan) {
    if (part.kind === "known") plan.add(part)
    else for (const child of byParent.get(part.digest) ?? []) plan.add(known.find(child))
  }
  const below: ReceivingState = {
    ...state,
    level,
    width,
    plan: plan.finish(),
    families: level === 0 ? { plan: state.plan, width: state.width, byParent } : undefined
  }
  return askOn(below, transfer, families.flat())
}

async function takeLeaves(
  state: ReceivingState,
  transfer: Transfer,
  reader: ByteReader
): Promise<ReceivingStep> {
  const bytes = await readPayload(reader, transfer.length)
  const leaves = takeMissing(bytes, missingNodes(state.plan), state.width, transfer.hasher)
  return conclude({ ...state, leaves }, transfer)
}

async function takeRepairs(
  state: ReceivingState,
  transfer: Transfer,
  reader: ByteReader
): Promise<ReceivingStep> {
  const bytes = await readPayload(reader, transfer.length)
  const { families } = state
  if (families === undefined) return askWhole(state)
  const source = leafSource(state, transfer)
  const repaired = repairFamilies(bytes, families, damagedFamilies(families, source), transfer.hasher)
  return finishWith(state, transfer, repairedParts(families, repaired, source))
}

async function takeWhole(
  state: ReceivingState,
  transfer: Transfer,
  reader: ByteReader
): Promise<ReceivingStep> {
  const content = await readPayload(reader, transfer.length)
  if (!isSame(transfer.hasher.whole(content), transfer.hash))
    throw damaged("the whole of it does not have the hash announced first")
  return { state: { ...state, turn: "done", plan: [] }, content: content.slice() }
}

/** Asks for what is unknown among the nodes just sent, if anything is. */
function askOn(state: ReceivingState, transfer: Transfer, sent: readonly number[]): ReceivingStep {
  const wanted = wantedNodes(sent, state.plan)
  if (!wanted.includes(true)) return conclude(state, transfer)
  // Without anything to match, digests would travel for nothing.
  if (state.old.length === 0) return askWhole(state)
  if (state.level === 0) {
    const message = encodeAsk(messageKind.askLeaves, { parameter: acceptedMethods(), wanted })
    return { state: { ...state, turn: "leaves" }, message }
  }
  const parameter = neededBits(state.level - 1, transfer.tree[state.level - 1]?.digests.length ?? 0)
  const message = encodeAsk(messageKind.askChildren, { parameter, wanted })
  return { state: { ...state, turn: "children" }, message }
}

/** Puts the content together, or asks for the families that a false match has spoiled. */
function conclude(state: ReceivingState, transfer: Transfer): ReceivingStep {
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

function askWhole(state: ReceivingState): ReceivingStep {
  const writer = new ByteWriter()
  writer.u8(messageKind.askWhole)
  writer.u8(acceptedMethods())
  return { state: { ...state, turn: "whole", plan: [] }, message: writer.finish() }
}

function finish(state: ReceivingState, content: Uint8Array): ReceivingStep {
  return { state: { ...state, turn: "done", plan: [] }, message: Uint8Array.of(messageKind.done), content }
}

/** No content of that length has more, whatever level they are on. */
function mostLeaves(length: number): number {
  return Math.ceil(length / LEAF_MIN_BYTES)
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
