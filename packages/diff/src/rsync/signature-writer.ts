import { ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"
import { HEAD_SPAN, MAX_BLOCKS } from "./block-size.ts"
import type { KeyedHash } from "./keyed-hash.ts"
import {
  GROUP_BLOCKS,
  methodsToByte,
  SIGNATURE_CHECK_BYTES,
  SIGNATURE_MAGIC,
  type SignatureHeader
} from "./signature-format.ts"
import { WeakSum } from "./weak-sum.ts"

/** Collects sums into groups, and groups into the format. */
export class SignatureWriter {
  readonly #header: SignatureHeader
  readonly #hash: KeyedHash
  readonly #transcript: KeyedHash
  readonly #weakSum: WeakSum
  readonly #out = new ByteWriter(1024)
  readonly #weak = new Uint8Array(4 * GROUP_BLOCKS)
  readonly #strong: Uint8Array
  #grouped = 0
  #blocks = 0
  #lastBytes = 0

  /** Both hashes are under the header's key; they must be different ones. */
  constructor(header: SignatureHeader, hash: KeyedHash, transcript: KeyedHash) {
    this.#header = header
    this.#hash = hash
    this.#transcript = transcript
    this.#weakSum = new WeakSum(hash)
    this.#strong = new Uint8Array(GROUP_BLOCKS * header.strongBytes)
    this.#out.bytes(SIGNATURE_MAGIC)
    this.#out.bytes(header.key)
    this.#out.u8(methodsToByte(header.accept))
    this.#out.u8(header.strongBytes)
    this.#out.u8(header.headBytes)
    this.#out.varUint(header.blockBytes)
  }

  /** Whether a group is complete: call `take` before the next `add`. */
  get isFull(): boolean {
    return this.#grouped === GROUP_BLOCKS
  }

  /** Lists the next block: a full one, or a shorter one that is the last. */
  add(block: Uint8Array): void {
    if (this.#blocks === MAX_BLOCKS)
      throw diffError(
        "rsync-limit",
        `content of more than ${MAX_BLOCKS} blocks: give its length, or larger blocks`
      )
    const sum = this.#weakSum.of(block, 0, block.length)
    const weak = this.#weak
    const at = 4 * this.#grouped
    weak[at] = sum >>> 24
    weak[at + 1] = sum >>> 16
    weak[at + 2] = sum >>> 8
    weak[at + 3] = sum
    this.#addStrong(block)
    this.#grouped++
    this.#blocks++
    this.#lastBytes = block.length
  }

  /** What was written since the last call, with the group so far. */
  take(): Uint8Array<ArrayBuffer> {
    if (this.#grouped > 0) {
      this.#out.varUint(this.#grouped)
      this.#out.bytes(this.#weak.subarray(0, 4 * this.#grouped))
      this.#out.bytes(this.#strong.subarray(0, this.#grouped * this.#header.strongBytes))
      this.#grouped = 0
    }
    const bytes = this.#out.finish()
    this.#out.reset()
    this.#transcript.update(bytes)
    return bytes
  }

  /** The rest of the signature. */
  finish(): Uint8Array<ArrayBuffer> {
    const group = this.take()
    this.#out.varUint(0)
    this.#out.varUint(this.#lastBytes)
    const end = this.#out.finish()
    this.#transcript.update(end)
    this.#out.reset()
    this.#out.bytes(group)
    this.#out.bytes(end)
    this.#out.bytes(this.#transcript.finish().subarray(0, SIGNATURE_CHECK_BYTES))
    return this.#out.finish()
  }

  #addStrong(block: Uint8Array): void {
    const { strongBytes, headBytes } = this.#header
    const at = this.#grouped * strongBytes
    // For so few bytes a loop is faster than set().
    if (headBytes > 0) {
      const head = this.#hash.digest(block.subarray(0, HEAD_SPAN))
      for (let i = 0; i < headBytes; i++) this.#strong[at + i] = head[i] as number
    }
    const digest = this.#hash.digest(block)
    for (let i = headBytes; i < strongBytes; i++) this.#strong[at + i] = digest[i - headBytes] as number
  }
}
