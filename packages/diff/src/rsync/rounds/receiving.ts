import type { ByteReader } from "@syncline/clock/bytes"
import { checkBytes, checkOptions } from "../../argument/check-argument.ts"
import { diffError } from "../../error/diff-error.ts"
import { encodeAsk } from "./ask-message.ts"
import { decodeChildren } from "./children-message.ts"
import { askWhole, conclude, finish, isSame, takeLeaves, takeRepairs, takeWhole } from "./concluding.ts"
import { ContentHasher } from "./content-hasher.ts"
import { contentTree, LEAF_MIN_BYTES, LEAST_CHILDREN, noNodes } from "./content-tree.ts"
import { decodeHello } from "./hello-message.ts"
import { acceptedMethods } from "./payload.ts"
import { foundStretches, KnownNodes, missingNodes, PlanWriter, wantedNodes } from "./plan.ts"
import type { ReceivingState, ReceivingStep, Transfer } from "./receiving-state.ts"
import {
  firstWidth,
  invalidMessage,
  isWideEnough,
  messageKind,
  neededBits,
  readMessage
} from "./round-message.ts"

/** What a peer may do to this side. */
export interface ReceivingOptions {
  /** Longest content that is accepted. Default 256 MiB. Memory is a few times both contents. */
  readonly maxBytes?: number
}

const DEFAULT_MAX_BYTES = 2 ** 28

/**
 * Begins to take the content of a peer that calls `beginSending`, given another version of it, which is kept and must not
 * change. Whatever the peer sends, the end is the content it announced, checked by a hash over all of it, or an error.
 *
 * @throws SynclineError `rounds-option-invalid` for a limit that is no whole number, `argument-invalid` for an old version that is no bytes.
 */
export function beginReceiving(old: Uint8Array, options: ReceivingOptions = {}): ReceivingState {
  checkBytes("old", old)
  checkOptions(options)
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
    leaves: new Map(),
    reference: []
  }
}

/**
 * Takes one message of the peer.
 *
 * @throws SynclineError `rounds-message-invalid`, `rounds-limit`, `rounds-damaged`; the transfer is over then.
 */
export async function stepReceiving(state: ReceivingState, message: Uint8Array): Promise<ReceivingStep> {
  return readMessage(message, async (reader, kind) => {
    const { turn, transfer } = state
    if (turn !== "done" && kind === messageKind[turn]) {
      if (turn === "hello") return takeHello(state, reader)
      if (transfer !== undefined && turn === "children") return takeChildren(state, transfer, reader)
      if (transfer !== undefined && turn === "leaves") return takeLeaves(state, transfer, reader)
      if (transfer !== undefined && turn === "repairs") return takeRepairs(state, transfer, reader)
      if (transfer !== undefined) return takeWhole(state, transfer, reader)
    }
    throw invalidMessage(`a message of kind ${kind} came out of turn`, { kind, turn })
  })
}

async function takeHello(state: ReceivingState, reader: ByteReader): Promise<ReceivingStep> {
  const { key, length, hash, level, digests } = decodeHello(reader)
  if (length > state.maxBytes) {
    const details = { length, maxBytes: state.maxBytes }
    throw diffError(
      "rounds-limit",
      `the peer's content has ${length} bytes, more than maxBytes allows: ${state.maxBytes}`,
      details
    )
  }
  // Each level takes work by the length announced, however little is sent for it.
  if (level > 0 && LEAST_CHILDREN ** (level - 1) > mostLeaves(length))
    throw invalidMessage(`a content of ${length} bytes has no level ${level}`, { length, level })
  const hasher = await ContentHasher.create(key)
  if (length === state.old.length && isSame(hasher.whole(state.old), hash))
    return finish(state, new Uint8Array(state.old))
  const transfer = { hasher, tree: contentTree(state.old, hasher), length, hash }
  const width = firstWidth(digests.length)
  const nodes = transfer.tree[level] ?? noNodes
  // Where this side has far more nodes than the peer expected, so few bits would match by chance.
  const known = new KnownNodes(isWideEnough(nodes.digests.length) ? nodes : noNodes, width)
  const plan = new PlanWriter(mostLeaves(length))
  for (const digest of digests) plan.add(known.find(digest))
  const reference = level === 0 ? [] : foundStretches(known, digests)
  return askOn({ ...state, transfer, level, width, plan: plan.finish(), reference }, transfer, digests)
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
    families: level === 0 ? { plan: state.plan, width: state.width, byParent } : undefined,
    reference: level === 0 ? state.reference : [...state.reference, ...foundStretches(known, families.flat())]
  }
  return askOn(below, transfer, families.flat())
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

/** No content of that length has more, whatever level they are on. */
function mostLeaves(length: number): number {
  return Math.ceil(length / LEAF_MIN_BYTES)
}
