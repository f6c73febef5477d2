import { diffError } from "../error/diff-error.ts"
import type { CompressionMethod } from "../platform/compression-method.ts"
import {
  blockBytesFor,
  headBytesFor,
  MAX_BLOCK_BYTES,
  MAX_BLOCKS,
  MIN_BLOCK_BYTES,
  strongBytesFor
} from "./block-size.ts"
import { type ByteSource, closeUnread, knownLength, PIECE_BYTES, piecesOf } from "../stream/byte-source.ts"
import { checkChoice } from "./check-choice.ts"
import { checkTransfer } from "./check-transfer.ts"
import { joinBytes } from "./join-bytes.ts"
import { checkedKey, DIGEST_BYTES, KeyedHash } from "./keyed-hash.ts"
import { methodsByChoice, runtimeMethods, type SignatureHeader } from "./signature-format.ts"
import { SignatureWriter } from "./signature-writer.ts"
import type { TransferOptions } from "../stream/transfer-options.ts"

/** How a signature is made. */
export interface SignatureOptions extends TransferOptions {
  /**
   * 32 secret random bytes, new for every signature; they travel in it. Whoever did not know them while writing the
   * content cannot have prepared blocks whose sums collide. Default: zeros, for content nobody hostile has a hand in.
   */
  readonly key?: Uint8Array
  /** Length of the content in bytes, for streams: decides the block size, and is checked. */
  readonly length?: number
  /** Default: by length, about its square root; 8192 if that is unknown. */
  readonly blockBytes?: number
  /** Default: by length, so that a false match happens once in a million deltas at most. Up to 32. */
  readonly strongBytes?: number
  /**
   * What the maker can decompress. Default: all this runtime has. Empty: deltas come uncompressed. Of all `accept`s this one is the caller's
   * own and no list of a peer, so a method that nobody knows is refused.
   */
  readonly accept?: readonly CompressionMethod[]
}

/**
 * Sums of each block of the old version, for the side that has the new one and makes a `delta` from them. Keeps two blocks
 * and a group of sums, whatever the length.
 *
 * @throws SynclineError `rsync-option-invalid`; `rsync-limit` for content of more than 2^19 blocks.
 */
export async function* signature(
  old: ByteSource,
  options: SignatureOptions = {}
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { header, length } = await headerOrClosed(options, old)
  const writer = new SignatureWriter(
    header,
    await KeyedHash.create(header.key),
    await KeyedHash.create(header.key)
  )
  const block = new Uint8Array(header.blockBytes)
  let [held, total] = [0, 0]
  for await (const piece of piecesOf(old, PIECE_BYTES, options.signal)) {
    options.signal?.throwIfAborted()
    total += piece.length
    for (let at = 0; at < piece.length; ) {
      const left = piece.length - at
      if (held === 0 && left >= block.length) {
        writer.add(piece.subarray(at, (at += block.length)))
      } else {
        const taken = Math.min(block.length - held, left)
        block.set(piece.subarray(at, (at += taken)), held)
        held = (held + taken) % block.length
        if (held === 0) writer.add(block)
      }
      if (!writer.isFull) continue
      yield writer.take()
      options.signal?.throwIfAborted()
    }
    options.onProgress?.(total)
  }
  if (length !== undefined && total !== length)
    throw diffError("rsync-option-invalid", `the content has ${total} bytes, ${length} were announced`)
  if (held > 0) writer.add(block.subarray(0, held))
  yield writer.finish()
}

/** {@link signature} as a whole. */
export async function signatureToBytes(
  old: ByteSource,
  options: SignatureOptions = {}
): Promise<Uint8Array<ArrayBuffer>> {
  return joinBytes(signature(old, options), Number.MAX_SAFE_INTEGER)
}

interface Begun {
  readonly header: SignatureHeader
  readonly length: number | undefined
}

/** Nobody reads the content if there is no header, so nobody else would close it. */
async function headerOrClosed(options: SignatureOptions, old: ByteSource): Promise<Begun> {
  try {
    checkTransfer(options)
    const length = options.length ?? knownLength(old)
    return { header: headerFor(length, options), length }
  } catch (error) {
    await closeUnread(old)
    throw error
  }
}

function headerFor(length: number | undefined, options: SignatureOptions): SignatureHeader {
  if (length !== undefined) checkRange("length", length, 0, Number.MAX_SAFE_INTEGER)
  const blockBytes = options.blockBytes ?? blockBytesFor(length)
  checkRange("blockBytes", blockBytes, MIN_BLOCK_BYTES, MAX_BLOCK_BYTES)
  const assumed = length ?? blockBytes * MAX_BLOCKS
  const strongBytes = options.strongBytes ?? strongBytesFor(assumed, blockBytes)
  checkRange("strongBytes", strongBytes, 1, DIGEST_BYTES)
  return {
    key: checkedKey(options.key),
    accept: checkedMethods(options.accept ?? runtimeMethods()),
    blockBytes,
    strongBytes,
    headBytes: Math.min(headBytesFor(assumed), strongBytes - 1)
  }
}

/** A method nobody knows has no bit: left out without a word, deltas would come uncompressed. No peer of a later version named it. */
function checkedMethods(accept: readonly CompressionMethod[]): readonly CompressionMethod[] {
  const given: unknown = accept
  if (!Array.isArray(given)) throw diffError("rsync-option-invalid", "accept is no list of methods")
  for (const each of given) checkChoice("a method in accept", each, methodsByChoice)
  return methodsByChoice.filter(method => accept.includes(method))
}

function checkRange(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw diffError(
      "rsync-option-invalid",
      `${name} is ${typeof value === "string" ? JSON.stringify(value) : value}, it must be a whole number from ${least} to ${most}`
    )
}
