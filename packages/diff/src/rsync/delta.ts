import { ByteWriter } from "@syncline/clock/bytes"
import { compress, hasCompression } from "#platform"
import type { CompressionEffort, CompressionMethod } from "../platform/compression-method.ts"
import { BlockIndex, type BlockSums } from "./block-index.ts"
import { BlockSearch } from "./block-search.ts"
import { type ByteSource, closeUnread, PIECE_BYTES, piecesOf } from "../stream/byte-source.ts"
import { checkChoice } from "./check-choice.ts"
import { checkTransfer } from "./check-transfer.ts"
import { DELTA_MAGIC, END_FRAME, frameByMethod, RAW_FRAME } from "./delta-format.ts"
import { DigestList } from "./digest-list.ts"
import { DeltaWindow } from "./delta-window.ts"
import { joinBytes } from "./join-bytes.ts"
import { KeyedHash } from "./keyed-hash.ts"
import { readSignature } from "./read-signature.ts"
import { methodsByChoice } from "./signature-format.ts"
import type { TransferOptions } from "../stream/transfer-options.ts"
import { WeakSum } from "./weak-sum.ts"

/** How a delta is made. */
export interface DeltaOptions extends TransferOptions {
  /** How what is new is compressed: `fast` (default), or `small`, which takes two to three seconds a megabyte, on a slow core thrice that. */
  readonly level?: "fast" | "small"
  /** Most blocks a signature may list; what it lists is held in memory. Default and at most 2^19. */
  readonly maxBlocks?: number
}

/**
 * What the side with the old version needs to make `next`: the blocks it has, by number, and the bytes it lacks. `patch`
 * there verifies everything. Memory does not grow with `next`: the signature, two blocks and two windows of 2 MiB.
 *
 * @throws SynclineError `rsync-signature-invalid` and `rsync-limit` about the signature, `rsync-option-invalid`, before anything is given.
 */
export async function* delta(
  signature: ByteSource,
  next: ByteSource,
  options: DeltaOptions = {}
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let unread = [signature, next]
  try {
    checkTransfer(options)
    if (options.level !== undefined) checkChoice("level", options.level, ["fast", "small"])
    unread = [next]
    const sums = await readSignature(signature, options.maxBlocks, options.signal)
    yield deltaHead(sums)
    unread = []
    yield* deltaRest(sums, next, options)
  } finally {
    for (const source of unread) await closeUnread(source)
  }
}

async function* deltaRest(
  sums: BlockSums,
  next: ByteSource,
  options: DeltaOptions
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { key } = sums.header
  const [hash, listed, transcript] = await Promise.all([
    KeyedHash.create(key),
    KeyedHash.create(key),
    KeyedHash.create(key)
  ])
  const copied = new DigestList(listed)
  const window = new DeltaWindow()
  const parts = { index: new BlockIndex(sums), weakSum: new WeakSum(hash), hash, copied, window }
  const method = methodsByChoice.find(each => sums.header.accept.includes(each) && hasCompression(each))
  const effort = options.level === "small" ? "best" : "fast"
  const taken = async (): Promise<readonly Uint8Array<ArrayBuffer>[]> => {
    options.signal?.throwIfAborted()
    const frame = await windowFrame(window.take(), method, effort)
    for (const bytes of frame) transcript.update(bytes)
    return frame
  }

  transcript.update(deltaHead(sums))
  const search = new BlockSearch(parts)
  let total = 0
  for await (const piece of piecesOf(next, PIECE_BYTES, options.signal)) {
    options.signal?.throwIfAborted()
    total += piece.length
    for (let at = 0; at < piece.length; ) {
      at = search.feed(piece, at)
      while (search.advance()) yield* await taken()
    }
    options.onProgress?.(total)
  }
  search.close()
  while (search.advance()) yield* await taken()
  if (!window.isEmpty) yield* await taken()
  yield deltaEnd(total, copied, transcript)
}

/** {@link delta} as a whole. */
export async function deltaToBytes(
  signature: ByteSource,
  next: ByteSource,
  options: DeltaOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  return joinBytes(delta(signature, next, options), Number.MAX_SAFE_INTEGER)
}

function deltaHead({ header, blocks, lastBytes }: BlockSums): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter()
  out.bytes(DELTA_MAGIC)
  out.bytes(header.key)
  out.varUint(header.blockBytes)
  out.varUint(Math.max(0, blocks - 1) * header.blockBytes + lastBytes)
  return out.finish()
}

/** A payload with what stands before it. */
async function windowFrame(
  payload: Uint8Array<ArrayBuffer>,
  method: CompressionMethod | undefined,
  effort: CompressionEffort
): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const packed = method === undefined ? payload : await compress(method, payload, effort)
  const head = new ByteWriter()
  if (method === undefined || packed.length >= payload.length) {
    head.u8(RAW_FRAME)
    head.varUint(payload.length)
    return [head.finish(), payload]
  }
  head.u8(frameByMethod[method])
  head.varUint(payload.length)
  head.varUint(packed.length)
  return [head.finish(), packed]
}

function deltaEnd(total: number, copied: DigestList, transcript: KeyedHash): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter()
  out.u8(END_FRAME)
  out.varUint(total)
  transcript.update(out.finish())
  transcript.update(copied.finish())
  out.bytes(transcript.finish())
  return out.finish()
}
