import type { CopyScript } from "../matcher/copy-script.ts"
import { MAX_BLOCK_BYTES, type PackableOps } from "./op-block.ts"

// An operation's three numbers take at most six bytes each.
const OP_BYTES = 18
const ROOM = MAX_BLOCK_BYTES - 16

/**
 * Cuts a script into blocks that pack into {@link MAX_BLOCK_BYTES} each; one for all but the largest deltas. A literal run
 * that fills a block goes on in the next one, as an operation that copies nothing. A copy up to the end of the new version
 * is left to the reader, who knows its length. Even no operations are a block.
 */
export function* cutBlocks(next: Uint8Array, script: CopyScript): Generator<PackableOps> {
  let block = new BlockBuilder()
  let at = 0
  let diagonal = 0
  for (let i = 0; i < script.count; i++) {
    let literal = script.literalLengths[i] ?? 0
    while (block.room < literal + OP_BYTES) {
      const part = Math.min(literal, Math.max(0, block.room - OP_BYTES))
      if (part > 0) block.add(next.subarray(at, at + part), 0, diagonal)
      yield block
      block = new BlockBuilder()
      at += part
      literal -= part
    }
    const length = script.copyLengths[i] ?? 0
    const before = diagonal
    if (length > 0) diagonal = (script.copyFrom[i] ?? 0) - at - literal
    const toTheEnd = at + literal + length === next.length
    if (literal > 0 || diagonal !== before || !toTheEnd)
      block.add(next.subarray(at, at + literal), toTheEnd ? 0 : length, diagonal)
    at += literal + length
  }
  yield block
}

class BlockBuilder implements PackableOps {
  readonly literals: Uint8Array[] = []
  readonly copyLengths: number[] = []
  readonly diagonals: number[] = []
  #used = 0

  get room(): number {
    return ROOM - this.#used
  }

  add(literals: Uint8Array, copyLength: number, diagonal: number): void {
    this.literals.push(literals)
    this.copyLengths.push(copyLength)
    this.diagonals.push(diagonal)
    this.#used += literals.length + OP_BYTES
  }
}
