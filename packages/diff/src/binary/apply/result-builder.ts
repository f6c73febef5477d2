import { uninitialized } from "#platform"
import type { RunningChecksum } from "../container/checksum.ts"
import type { OpBlock } from "../fast/op-block.ts"
import { PieceCopier } from "./piece-copier.ts"

// Written and hashed in turns, while what was written is still in the processor's cache.
const TURN = 1 << 17

/** Puts a version of a known length together, and takes its checksum on the way. */
export class ResultBuilder {
  readonly #bytes: Uint8Array<ArrayBuffer>
  readonly #sum: RunningChecksum
  readonly #old: PieceCopier
  #at = 0
  #hashed = 0

  /** `length` costs nothing until it is written to: fresh pages of memory are not resident. */
  constructor(old: Uint8Array, length: number, sum: RunningChecksum) {
    this.#bytes = uninitialized(length)
    this.#sum = sum
    this.#old = new PieceCopier(old, this.#bytes)
  }

  /** Appends what the operations of a block give. The caller sees to it that it fits. */
  play({ count, literals, literalLengths, copyLengths, copyFrom }: OpBlock): void {
    const own = new PieceCopier(literals, this.#bytes)
    let literal = 0
    for (let i = 0; i < count; i++) {
      const literalLength = literalLengths[i] ?? 0
      this.#append(own, literal, literalLength)
      this.#append(this.#old, copyFrom[i] ?? 0, copyLengths[i] ?? 0)
      literal += literalLength
    }
  }

  /** What was put together, and its checksum. All of it must have been appended. */
  finish(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly sum: Uint8Array } {
    this.#hash()
    return { bytes: this.#bytes, sum: this.#sum.digest() }
  }

  #append(pieces: PieceCopier, from: number, length: number): void {
    for (let done = 0; done < length; ) {
      const part = Math.min(length - done, TURN)
      pieces.copy(from + done, this.#at, part)
      done += part
      this.#at += part
      if (this.#at - this.#hashed >= TURN) this.#hash()
    }
  }

  #hash(): void {
    this.#sum.update(this.#bytes.subarray(this.#hashed, this.#at))
    this.#hashed = this.#at
  }
}
