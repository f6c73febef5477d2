import { ByteWriter } from "@syncline/clock/bytes"
import { invalidDelta } from "../container/invalid-delta.ts"
import { SplitNumberReader, SplitNumberWriter } from "./split-numbers.ts"

/** Part of a script with the literals it needs. */
export interface OpBlock {
  readonly count: number
  readonly literalLengths: Uint32Array
  readonly copyLengths: Uint32Array
  readonly copyFrom: Uint32Array
  readonly literals: Uint8Array
}

/** Most bytes of a packed block: what a decoder must hold at once. */
export const MAX_BLOCK_BYTES: number = 4 << 20

/** Operations to pack: literals, then as many bytes of the old version as `copyLengths` says, on a diagonal. */
export interface PackableOps {
  readonly literals: readonly Uint8Array[]
  readonly copyLengths: readonly number[]
  /** Old position minus new position of each copy; for one of nothing, where the next copy is expected. */
  readonly diagonals: readonly number[]
}

/** Packs operations that follow a copy on the diagonal `before`. */
export function packBlock(ops: PackableOps, before: number): Uint8Array<ArrayBuffer> {
  const columns = [new SplitNumberWriter(), new SplitNumberWriter(), new SplitNumberWriter()] as const
  for (const part of ops.literals) columns[0].write(part.length)
  for (const length of ops.copyLengths) columns[1].write(length)
  let last = before
  for (const diagonal of ops.diagonals) {
    const step = diagonal - last
    columns[2].write(step < 0 ? -2 * step - 1 : 2 * step)
    last = diagonal
  }
  const writer = new ByteWriter(1024)
  writer.varUint(ops.literals.length)
  for (const column of columns) writer.bytes(Uint8Array.from(column.heads))
  for (const column of columns) writer.bytes(Uint8Array.from(column.tails))
  for (const part of ops.literals) writer.bytes(part)
  return writer.finish()
}

/** Where reading stands between two blocks. */
export interface BlockState {
  /** Position in the new version. */
  at: number
  /** Old position minus new position of the last copy. */
  diagonal: number
}

/** What a block is part of. */
export interface BlockContext {
  readonly oldLength: number
  readonly nextLength: number
  /** Whether no block follows: its last operation may move the diagonal for what is then missing, and make nothing itself. */
  readonly isLast: boolean
}

/**
 * Undoes {@link packBlock}. Literals are a view of `bytes`. Takes time in proportion to them and to what it adds to `state.at`: a few
 * bytes of a delta can hold millions of operations, and each one that makes nothing would be work without end.
 *
 * @throws SynclineError `binary-delta-invalid` unless every copy lies in the `oldLength` bytes of old, every operation makes at
 * least a byte, the literals are exactly those asked for and nothing goes beyond `nextLength`.
 */
export function unpackBlock(bytes: Uint8Array, state: BlockState, context: BlockContext): OpBlock {
  const { count, from } = readCount(bytes)
  const reader = new SplitNumberReader(bytes, from, from + 3 * count)
  const literalLengths = readColumn(reader, count)
  const copyLengths = readColumn(reader, count)
  const copyFrom = new Uint32Array(count)
  let literalBytes = 0
  for (let i = 0; i < count; i++) {
    const zigzag = reader.read()
    const literalLength = literalLengths[i] ?? 0
    const copyLength = copyLengths[i] ?? 0
    state.at += literalLength
    literalBytes += literalLength
    state.diagonal += zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    const copyStart = state.at + state.diagonal
    state.at += copyLength
    if ((copyLength > 0 || zigzag > 0) && (copyStart < 0 || copyStart + copyLength > context.oldLength))
      throw invalidDelta("it copies from outside of the old version")
    if (state.at > context.nextLength) throw invalidDelta("an operation goes beyond the new version")
    if (literalLength + copyLength === 0) {
      const aimsTheRest = context.isLast && i === count - 1 && zigzag > 0 && state.at < context.nextLength
      if (!aimsTheRest) throw invalidDelta("an operation makes nothing")
    }
    copyFrom[i] = copyStart
  }
  const literals = bytes.subarray(reader.position)
  if (literals.length !== literalBytes) throw invalidDelta("it has more or fewer literals than it uses")
  return { count, literalLengths, copyLengths, copyFrom, literals }
}

/** The number of operations, before anything is allocated for them: each takes three bytes at least. */
function readCount(bytes: Uint8Array): { readonly count: number; readonly from: number } {
  let count = 0
  let from = 0
  for (let scale = 1; from < 4; scale *= 128) {
    const byte = bytes[from++] ?? 0x80
    count += (byte & 0x7f) * scale
    if (byte < 0x80) break
  }
  const final = bytes[from - 1] ?? 0x80
  if (3 * count > bytes.length - from || final >= 0x80)
    throw invalidDelta(`${bytes.length} bytes cannot hold ${count} operations`)
  if (final === 0 && from > 1) throw invalidDelta("the number of its operations is not in its shortest form")
  return { count, from }
}

function readColumn(reader: SplitNumberReader, count: number): Uint32Array {
  const column = new Uint32Array(count)
  for (let i = 0; i < count; i++) {
    const value = reader.read()
    if (value > 0xffffffff) throw invalidDelta("an operation is longer than any version")
    column[i] = value
  }
  return column
}
