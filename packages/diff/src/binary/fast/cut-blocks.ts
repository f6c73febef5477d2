import type { CopyScript } from "../matcher/copy-script.ts"
import { MAX_BLOCK_BYTES, type OpBlock } from "./op-block.ts"

// An operation's three numbers take at most six bytes each.
const OP_BYTES = 18
const ROOM = MAX_BLOCK_BYTES - 16

/**
 * Cuts a script into blocks that pack into {@link MAX_BLOCK_BYTES} each; one for all but the largest deltas. A literal run
 * that fills a block goes on in the next one, as an operation that copies nothing. Even no operations are a block.
 */
export function* cutBlocks(next: Uint8Array, script: CopyScript): Generator<OpBlock> {
  let block = new BlockBuilder()
  let at = 0
  for (let i = 0; i < script.count; i++) {
    let literal = script.literalLengths[i] ?? 0
    while (block.room < literal + OP_BYTES) {
      const part = Math.min(literal, Math.max(0, block.room - OP_BYTES))
      if (part > 0) block.add(next.subarray(at, at + part), 0, 0)
      yield block.finish()
      block = new BlockBuilder()
      at += part
      literal -= part
    }
    const length = script.copyLengths[i] ?? 0
    if (literal + length > 0) block.add(next.subarray(at, at + literal), length, script.copyFrom[i] ?? 0)
    at += literal + length
  }
  yield block.finish()
}

class BlockBuilder {
  readonly #literals: Uint8Array[] = []
  readonly #copyLengths: number[] = []
  readonly #copyFrom: number[] = []
  #used = 0

  get room(): number {
    return ROOM - this.#used
  }

  add(literals: Uint8Array, copyLength: number, copyFrom: number): void {
    this.#literals.push(literals)
    this.#copyLengths.push(copyLength)
    this.#copyFrom.push(copyFrom)
    this.#used += literals.length + OP_BYTES
  }

  finish(): OpBlock {
    const literals = new Uint8Array(this.#literals.reduce((sum, part) => sum + part.length, 0))
    let at = 0
    for (const part of this.#literals) {
      literals.set(part, at)
      at += part.length
    }
    return {
      count: this.#literals.length,
      literalLengths: Uint32Array.from(this.#literals, part => part.length),
      copyLengths: Uint32Array.from(this.#copyLengths),
      copyFrom: Uint32Array.from(this.#copyFrom),
      literals
    }
  }
}
