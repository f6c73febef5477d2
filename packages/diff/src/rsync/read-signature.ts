import { MAX_BLOCK_BYTES, MAX_BLOCKS, MIN_BLOCK_BYTES } from "./block-size.ts"
import { diffError } from "../error/diff-error.ts"
import type { BlockSums } from "./block-index.ts"
import type { ByteSource } from "../stream/byte-source.ts"
import { DIGEST_BYTES, KEY_BYTES, KeyedHash } from "./keyed-hash.ts"
import { PullReader } from "./pull-reader.ts"
import { checkLimit } from "./check-limit.ts"
import {
  byteToMethods,
  GROUP_BLOCKS,
  SIGNATURE_CHECK_BYTES,
  SIGNATURE_MAGIC,
  type SignatureHeader
} from "./signature-format.ts"

/**
 * Reads a signature.
 *
 * @throws SynclineError `rsync-signature-invalid`, `rsync-limit` for more than `maxBlocks` blocks, `rsync-option-invalid`.
 */
export async function readSignature(
  source: ByteSource,
  maxBlocks: number = MAX_BLOCKS,
  signal?: AbortSignal
): Promise<BlockSums> {
  const reader = new PullReader(source, "rsync-signature-invalid", signal)
  try {
    checkLimit("maxBlocks", maxBlocks)
    return await readWith(reader, Math.min(maxBlocks, MAX_BLOCKS))
  } finally {
    await reader.close()
  }
}

async function readWith(reader: PullReader, maxBlocks: number): Promise<BlockSums> {
  const read: Uint8Array[] = []
  // A Buffer's slice would be no copy, and its source may use it again.
  reader.tap = bytes => read.push(new Uint8Array(bytes))
  const header = await readHeader(reader)
  const transcript = await KeyedHash.create(header.key)
  for (const bytes of read) transcript.update(bytes)
  reader.tap = bytes => transcript.update(bytes)

  const sums = new GrowingSums(header.strongBytes)
  let full = true
  for (;;) {
    const count = await reader.varUint(GROUP_BLOCKS)
    if (count === 0) break
    if (!full) throw reader.invalid("a group that is not full is not the last")
    full = count === GROUP_BLOCKS
    if (sums.blocks + count > maxBlocks)
      throw diffError(
        "rsync-limit",
        `the signature lists more than ${maxBlocks} blocks: raise maxBlocks, or send the whole`
      )
    const weak = Uint8Array.from(await reader.bytes(4 * count))
    sums.add(count, weak, await reader.bytes(header.strongBytes * count))
  }
  const lastBytes = await reader.varUint(header.blockBytes)
  if ((lastBytes === 0) !== (sums.blocks === 0)) throw reader.invalid("the length of the last block is wrong")
  const check = transcript.finish()
  reader.tap = () => undefined
  const stated = await reader.bytes(SIGNATURE_CHECK_BYTES)
  if (stated.some((byte, i) => byte !== check[i])) throw reader.invalid("it was damaged on the way")
  await reader.expectEnd()
  return { header, lastBytes, blocks: sums.blocks, weak: sums.weak, strong: sums.strong }
}

async function readHeader(reader: PullReader): Promise<SignatureHeader> {
  const magic = await reader.bytes(SIGNATURE_MAGIC.length)
  if (magic.some((byte, i) => byte !== SIGNATURE_MAGIC[i]))
    throw reader.invalid("it does not begin as version 1 does")
  const key = Uint8Array.from(await reader.bytes(KEY_BYTES))
  const accept = byteToMethods(await reader.u8())
  if (accept === undefined) throw reader.invalid("it accepts a method that is not known")
  const strongBytes = await reader.u8()
  if (strongBytes < 1 || strongBytes > DIGEST_BYTES)
    throw reader.invalid(`strong sums of ${strongBytes} bytes`)
  const headBytes = await reader.u8()
  if (headBytes >= strongBytes) throw reader.invalid(`head sums of ${headBytes} bytes`)
  const blockBytes = await reader.varUint(MAX_BLOCK_BYTES)
  if (blockBytes < MIN_BLOCK_BYTES) throw reader.invalid(`blocks of ${blockBytes} bytes`)
  return { key, accept, strongBytes, headBytes, blockBytes }
}

/** Grows with what has really come: a signature cannot make memory be set aside by claiming to be long. */
class GrowingSums {
  readonly #strongBytes: number
  weak: Uint32Array = new Uint32Array(GROUP_BLOCKS)
  strong: Uint8Array
  blocks = 0

  constructor(strongBytes: number) {
    this.#strongBytes = strongBytes
    this.strong = new Uint8Array(GROUP_BLOCKS * strongBytes)
  }

  /** `weak` holds 4 bytes a block, most significant first. */
  add(count: number, weak: Uint8Array, strong: Uint8Array): void {
    if (this.blocks + count > this.weak.length) this.#grow()
    const view = new DataView(weak.buffer, weak.byteOffset, weak.byteLength)
    for (let i = 0; i < count; i++) this.weak[this.blocks + i] = view.getUint32(4 * i)
    this.strong.set(strong, this.blocks * this.#strongBytes)
    this.blocks += count
  }

  #grow(): void {
    const weak = new Uint32Array(2 * this.weak.length)
    weak.set(this.weak)
    this.weak = weak
    const strong = new Uint8Array(2 * this.strong.length)
    strong.set(this.strong)
    this.strong = strong
  }
}
