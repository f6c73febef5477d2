import { type ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { checkBytes, checkOptions } from "../../argument/check-argument.ts"
import { isBytes } from "../../argument/is-bytes.ts"
import { diffError } from "../../error/diff-error.ts"
import { decodeAsk } from "./ask-message.ts"
import { encodeChildren } from "./children-message.ts"
import { ContentHasher, DIGEST_BITS, KEY_BYTES } from "./content-hasher.ts"
import { type ContentTree, contentTree } from "./content-tree.ts"
import { encodeHello } from "./hello-message.ts"
import { writePayload } from "./payload.ts"
import { type Stretch, stretchBytes } from "./stretch.ts"
import {
  digestWidth,
  FIRST_NODES,
  firstWidth,
  invalidMessage,
  messageKind,
  readMessage,
  shortDigest
} from "./round-message.ts"

/** Where the side that has the new content stands. Opaque; use each state once. */
export interface SendingState {
  readonly content: Uint8Array
  readonly tree: ContentTree
  /** What the other side may still ask for. */
  readonly turn: "nodes" | "repairs" | "whole" | "done"
  /** The level of the nodes last sent. */
  readonly level: number
  /** Which of its nodes they are. */
  readonly sent: readonly number[]
  /** Bits of their digests. */
  readonly width: number
  /** The nodes one level above whose children they are; none after the first message. */
  readonly parents: readonly number[]
  /** What the other side found above the leaves, and so has for certain. */
  readonly reference: readonly Stretch[]
  /** See {@link SendingOptions}. */
  readonly effort: "fast" | "small"
}

/** What came of a step. */
export interface SendingStep {
  readonly state: SendingState
  /** To be sent now. */
  readonly message?: Uint8Array<ArrayBuffer>
  /** Whether no message of the peer is expected any more. */
  readonly done: boolean
}

/** How a transfer is begun. */
export interface SendingOptions {
  /** 16 random bytes, other ones for each transfer: they keep those who write content from preparing collisions. */
  readonly key: Uint8Array
  /**
   * `small` (default, as rounds are for slow links): leaves compressed as well as can be, three seconds and more a megabyte of them here and one
   * or two on the other side, on a slow core thrice that. `fast`: a general compressor at its quick setting, a third more bytes in all.
   */
  readonly level?: "fast" | "small"
}

/**
 * Begins to bring `content` to a peer that has another version of it and calls `beginReceiving`. Pure: the caller carries
 * messages, one in each direction by turns, this side's first. The content is kept and must not change until the end;
 * memory is a few times its length.
 *
 * @throws SynclineError `rounds-option-invalid` for a key of another length or a level that is none, `argument-invalid` for content that is
 * no bytes or options that are none.
 */
export async function beginSending(content: Uint8Array, options: SendingOptions): Promise<SendingStep> {
  checkBytes("content", content)
  checkOptions(options)
  const { key } = options
  if (!isBytes(key) || key.length !== KEY_BYTES)
    throw diffError("rounds-option-invalid", `a transfer key has ${KEY_BYTES} bytes and is no text`)
  const effort = options.level ?? "small"
  if (effort !== "small" && effort !== "fast")
    throw diffError("rounds-option-invalid", 'the level of a transfer must be "fast" or "small"')
  const hasher = await ContentHasher.create(key)
  const tree = contentTree(content, hasher)
  const level = tree.findIndex(({ digests }) => digests.length <= FIRST_NODES)
  const full = tree[level]?.digests ?? []
  const width = firstWidth(full.length)
  const digests = full.map(digest => shortDigest(digest, width))
  const message = encodeHello({ key, length: content.length, hash: hasher.whole(content), level, digests })
  const begun = { content, tree, turn: "nodes", level, width, parents: [], reference: [], effort } as const
  return { state: { ...begun, sent: [...full.keys()] }, message, done: false }
}

/**
 * Answers one message of the peer.
 *
 * @throws SynclineError `rounds-message-invalid` for a message that is malformed or out of turn; the transfer is over then.
 */
export async function stepSending(state: SendingState, message: Uint8Array): Promise<SendingStep> {
  return readMessage(message, async (reader, kind) => {
    const { turn, level } = state
    if (turn !== "done" && kind === messageKind.done) return over(state)
    if (turn !== "done" && kind === messageKind.askWhole) return answerWhole(state, reader)
    if (turn === "nodes" && kind === messageKind.askChildren && level > 0)
      return answerChildren(state, reader)
    if (turn === "nodes" && kind === messageKind.askLeaves && level === 0) return answerLeaves(state, reader)
    if (turn !== "done" && turn !== "whole" && kind === messageKind.askRepairs && level === 0)
      return answerRepairs(state, reader)
    throw invalidMessage(`a message of kind ${kind} came out of turn`, { kind, turn, level })
  })
}

function answerChildren(state: SendingState, reader: ByteReader): SendingStep {
  const level = state.level - 1
  const { parameter: needed, wanted } = decodeAsk(reader, state.sent.length, DIGEST_BITS)
  const { childEnds = [] } = state.tree[state.level] ?? {}
  const below = state.tree[level]?.digests ?? []
  const parents = state.sent.filter((_, i) => wanted[i])
  const ranges = parents.map(node => ({ start: childEnds[node - 1] ?? 0, end: childEnds[node] ?? 0 }))
  const sent = ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i))
  const width = digestWidth(level, needed, sent.length)
  const families = ranges.map(({ start, end }) =>
    below.slice(start, end).map(digest => shortDigest(digest, width))
  )
  const message = encodeChildren({ width, families })
  const reference = [...state.reference, ...foundNodes(state, wanted)]
  return { state: { ...state, level, sent, width, parents, reference }, message, done: false }
}

async function answerLeaves(state: SendingState, reader: ByteReader): Promise<SendingStep> {
  const { parameter: accepted, wanted } = decodeAsk(reader, state.sent.length, 0xff)
  const leaves = state.sent.filter((_, i) => wanted[i])
  const message = await packNodes(messageKind.leaves, state, { level: 0, nodes: leaves, accepted })
  return { state: { ...state, turn: "repairs", sent: [] }, message, done: false }
}

async function answerRepairs(state: SendingState, reader: ByteReader): Promise<SendingStep> {
  const { parameter: accepted, wanted } = decodeAsk(reader, state.parents.length, 0xff)
  const nodes = state.parents.filter((_, i) => wanted[i])
  const message = await packNodes(messageKind.repairs, state, { level: 1, nodes, accepted })
  return { state: { ...state, turn: "whole", sent: [], parents: [] }, message, done: false }
}

/** Of the nodes last sent those the other side has: it wants each of the others, or one before it with the same digest. */
function foundNodes({ tree, level, sent, width }: SendingState, wanted: readonly boolean[]): Stretch[] {
  const { digests = [], ends = [] } = tree[level] ?? {}
  const digestOf = (node: number): number => shortDigest(digests[node] ?? 0, width)
  const lacked = new Set(sent.filter((_, i) => wanted[i]).map(digestOf))
  return sent
    .filter(node => !lacked.has(digestOf(node)))
    .map(node => ({ start: ends[node - 1] ?? 0, end: ends[node] ?? 0 }))
}

/** A message of the bytes of some nodes, one behind the other. */
async function packNodes(
  kind: number,
  { content, tree, reference, effort }: SendingState,
  asked: { readonly level: number; readonly nodes: readonly number[]; readonly accepted: number }
): Promise<Uint8Array<ArrayBuffer>> {
  const { ends = [] } = tree[asked.level] ?? {}
  const bytes = new ByteWriter()
  for (const node of asked.nodes) bytes.bytes(content.subarray(ends[node - 1] ?? 0, ends[node] ?? 0))
  const writer = new ByteWriter()
  writer.u8(kind)
  await writePayload(writer, bytes.finish(), {
    accepted: asked.accepted,
    level: effort,
    reference: () => stretchBytes(content, reference)
  })
  return writer.finish()
}

async function answerWhole(state: SendingState, reader: ByteReader): Promise<SendingStep> {
  const writer = new ByteWriter()
  writer.u8(messageKind.whole)
  await writePayload(writer, state.content, { accepted: reader.u8(), level: state.effort })
  return { ...over(state), message: writer.finish() }
}

function over(state: SendingState): SendingStep {
  return { state: { ...state, turn: "done", sent: [], parents: [], reference: [] }, done: true }
}
