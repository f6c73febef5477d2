import { decompress, hasCompression } from "#platform"
import { diffError } from "../error/diff-error.ts"
import { MAX_BLOCK_BYTES, MAX_BLOCKS, MIN_BLOCK_BYTES } from "./block-size.ts"
import type { ByteSource } from "../stream/byte-source.ts"
import { DELTA_MAGIC, END_FRAME, MAX_WINDOW_BYTES, methodOfFrame, RAW_FRAME } from "./delta-format.ts"
import { DigestList } from "./digest-list.ts"
import { joinBytes } from "./join-bytes.ts"
import { DIGEST_BYTES, KEY_BYTES, KeyedHash } from "./keyed-hash.ts"
import { OldBlocks } from "./old-blocks.ts"
import { OutputPieces } from "./output-pieces.ts"
import { PullReader } from "./pull-reader.ts"
import { type RandomAccess, randomAccess } from "../stream/random-access.ts"
import type { TransferOptions } from "../stream/transfer-options.ts"
import { checkLimit } from "./check-limit.ts"
import { checkTransfer } from "./check-transfer.ts"
import { windowRuns } from "./window-runs.ts"

/** How a delta is applied. */
export interface PatchOptions extends TransferOptions {
  /**
   * Longest content made. A delta of a few bytes may copy the old version a thousand times. Default for {@link patch}: no
   * limit; for {@link patchToBytes}: 1 GiB.
   */
  readonly maxBytes?: number
}

/**
 * Makes the new version from the old one and a `delta`. The last piece comes only after everything was verified: content
 * whose iteration ended without an error is what the other side had, byte for byte; pieces before an error are worthless.
 * Pieces are of up to 256 KiB and belong to the caller. The old version must not change meanwhile.
 *
 * @throws SynclineError `rsync-delta-invalid`, `rsync-mismatch`, `rsync-limit`, `rsync-option-invalid`; `compression-missing` for a delta that
 * does not heed what its signature accepts; `argument-invalid` and `source-invalid` for an old version that cannot be read as asked for.
 */
export async function* patch(
  old: RandomAccess | Uint8Array,
  delta: ByteSource,
  options: PatchOptions = {}
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  // Options that are none are refused below, where the delta is closed.
  const reader = new PullReader(delta, "rsync-delta-invalid", options?.signal)
  try {
    checkTransfer(options)
    if (options.maxBytes !== undefined) checkLimit("maxBytes", options.maxBytes)
    yield* patchWith(randomAccess("old", old, options.signal), reader, options)
  } finally {
    await reader.close()
  }
}

/** {@link patch} as a whole: all of it, verified, or an error. */
export async function patchToBytes(
  old: RandomAccess | Uint8Array,
  delta: ByteSource,
  options: PatchOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  // Options that are none are for `patch` to refuse, which closes the delta too.
  const maxBytes = options?.maxBytes === undefined ? 2 ** 30 : options.maxBytes
  return joinBytes(patch(old, delta, options && { ...options, maxBytes }), maxBytes)
}

async function* patchWith(
  old: RandomAccess,
  reader: PullReader,
  options: PatchOptions
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { blocks, transcript } = await begin(old, reader)
  const out = new OutputPieces(options.maxBytes ?? Number.MAX_SAFE_INTEGER)
  let [expected, done] = [0, 0]
  function* given(bytes: Uint8Array): Generator<Uint8Array<ArrayBuffer>, void, undefined> {
    for (const piece of out.add(bytes)) {
      options.onProgress?.((done += piece.length))
      yield piece
      options.signal?.throwIfAborted()
    }
  }

  for (let frame = await reader.u8(); frame !== END_FRAME; frame = await reader.u8()) {
    options.signal?.throwIfAborted()
    const window = windowRuns(await readWindow(reader, frame), expected, blocks.count, what =>
      reader.invalid(what)
    )
    expected = window.expected
    let literal = window.literalsAt
    for (const run of window.runs) {
      yield* given(window.bytes.subarray(literal, (literal += run.literalBytes)))
      if (run.blocks === 0) continue
      // An old version that changed little is copied in few runs: they are too long to wait for.
      for await (const piece of blocks.copy(run.block, run.blocks)) {
        options.signal?.throwIfAborted()
        yield* given(piece)
      }
    }
  }
  const total = await reader.varUint(Number.MAX_SAFE_INTEGER)
  transcript.update(blocks.finish())
  const check = transcript.finish()
  reader.tap = () => undefined
  const stated = await reader.bytes(DIGEST_BYTES)
  if (total !== out.totalBytes || stated.some((byte, i) => byte !== check[i]))
    throw diffError(
      "rsync-mismatch",
      "what came out is not the other side's content: ask for a delta to a signature under a new key, or for the whole",
      { made: out.totalBytes, expected: total }
    )
  await reader.expectEnd()
  options.onProgress?.(total)
  yield* out.finish()
}

interface Begun {
  readonly blocks: OldBlocks
  /** Collects the delta, as far as it is read. */
  readonly transcript: KeyedHash
}

async function begin(old: RandomAccess, reader: PullReader): Promise<Begun> {
  const read: Uint8Array[] = []
  // A Buffer's slice would be no copy, and its source may use it again.
  reader.tap = bytes => read.push(new Uint8Array(bytes))
  const magic = await reader.bytes(DELTA_MAGIC.length)
  if (magic.some((byte, i) => byte !== DELTA_MAGIC[i]))
    throw reader.invalid("it does not begin as version 1 does")
  const key = Uint8Array.from(await reader.bytes(KEY_BYTES))
  const blockBytes = await reader.varUint(MAX_BLOCK_BYTES)
  if (blockBytes < MIN_BLOCK_BYTES) throw reader.invalid(`blocks of ${blockBytes} bytes`)
  const oldLength = await reader.varUint(MAX_BLOCKS * blockBytes)
  if (oldLength !== old.length)
    throw diffError(
      "rsync-mismatch",
      `the delta is for an old version of ${oldLength} bytes, this one has ${old.length}: send the signature of this one`,
      { expected: oldLength, length: old.length }
    )
  const transcript = await KeyedHash.create(key)
  for (const bytes of read) transcript.update(bytes)
  reader.tap = bytes => transcript.update(bytes)
  const [hash, listed] = await Promise.all([KeyedHash.create(key), KeyedHash.create(key)])
  return { blocks: new OldBlocks(old, blockBytes, hash, new DigestList(listed)), transcript }
}

async function readWindow(reader: PullReader, frame: number): Promise<Uint8Array> {
  const method = methodOfFrame(frame)
  if (method === undefined && frame !== RAW_FRAME)
    throw reader.invalid(`there are no frames of kind ${frame}`)
  const rawBytes = await reader.varUint(MAX_WINDOW_BYTES)
  if (method === undefined) return new Uint8Array(await reader.bytes(rawBytes))
  if (!hasCompression(method))
    throw diffError("compression-missing", `the delta uses ${method}, which this runtime lacks`)
  const packed = await reader.bytes(await reader.varUint(rawBytes))
  const raw = await decompress(method, packed, rawBytes).catch((cause: unknown) => {
    throw diffError("rsync-delta-invalid", "delta: a window does not decompress", { method }, cause)
  })
  if (raw.length !== rawBytes) throw reader.invalid(`a window has ${raw.length} bytes, not ${rawBytes}`)
  return raw
}
