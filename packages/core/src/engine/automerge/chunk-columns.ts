import { ByteReader } from "@syncline/clock/bytes"
import { coreError } from "../../errors/core-error.ts"

/** A column of a chunk, as it is announced: its id and kind in one number, and how many bytes it takes. */
export interface ChunkColumn {
  readonly spec: number
  readonly length: number
}

/** Operations a change may have; each character and each element inserted or deleted is one. */
export const maxOperations: number = 2 ** 20

/** Twice that: where many wrote one place at once, an operation names several that it follows. */
export const maxChangeItems: number = 2 * maxOperations

/** What a tab can still hold. */
export const maxSnapshotItems: number = 2 ** 22

/** The lowest three bits of a column's spec. Strings and the values of booleans are not numbers; raw values have no runs. */
const kinds = { boolean: 4, string: 5, raw: 7 } as const
const compressed = 8

/** The columns of a change that say where its operations are, and what they do. */
export const columnSpecs = {
  /** In which object: who made that, and as which operation. */
  objectActor: 0x01,
  objectCounter: 0x02,
  /** Which element of it, in the same way; the counter as the difference to the one before. */
  elementActor: 0x11,
  elementCounter: 0x13,
  /** Which key of it. */
  key: 0x15,
  isInsertion: 0x34,
  action: 0x42
} as const

/** So many operations after each other with the same value in a column; `undefined` for none. */
export interface Run<T = number> {
  readonly length: number
  readonly value: T | undefined
}

/** The bytes of one column; none if it is not there. */
export function columnIn(columns: readonly ChunkColumn[], data: Uint8Array, spec: number): ByteReader {
  let start = 0
  for (const column of columns) {
    if (column.spec === spec) return new ByteReader(data.subarray(start, start + column.length))
    start += column.length
  }
  return new ByteReader(new Uint8Array())
}

/** Reads the runs of a column. */
export function* readRuns<T = number>(
  column: ByteReader,
  readValue: (column: ByteReader) => T
): Generator<Run<T>, void> {
  while (column.remaining > 0) {
    const length = readSigned(column)
    if (length === 0) yield { length: column.varUint(), value: undefined }
    else if (length > 0) yield { length, value: readValue(column) }
    else for (let left = -length; left > 0; left--) yield { length: 1, value: readValue(column) }
  }
}

/** For columns of unsigned numbers. */
export function readNumber(column: ByteReader): number {
  return column.varUint()
}

/** Reads how many there are, and each of them. */
export function readArray<T>(reader: ByteReader, read: () => T): T[] {
  return Array.from({ length: reader.varUint(reader.remaining) }, read)
}

/** Reads which columns follow. */
export function readColumns(reader: ByteReader): ChunkColumn[] {
  return readArray(reader, () => ({ spec: reader.varUint(), length: reader.varUint() }))
}

/**
 * Reads the columns that follow in `data` and counts what is in them: a run of a billion takes six bytes, and Automerge would make an
 * operation of each. O(bytes).
 *
 * @throws SynclineError `engine-update-invalid` for a column with more than `maxItems`, or a compressed one, which unfolds to any size.
 */
export function mustBeBounded(columns: readonly ChunkColumn[], data: ByteReader, maxItems: number): void {
  for (const { spec, length } of columns) {
    const column = new ByteReader(data.bytes(length))
    if ((spec & compressed) !== 0)
      throw coreError("engine-update-invalid", "a column of the chunk is compressed")
    const kind = spec & 7
    if (kind === kinds.raw) continue
    let items = 0
    while (column.remaining > 0) {
      items += kind === kinds.boolean ? column.varUint() : readRun(column, kind === kinds.string)
      if (items > maxItems)
        throw coreError("engine-update-invalid", `a column of the chunk has more than ${maxItems} items`)
    }
  }
}

/** Reads a run and says how many items it stands for. */
function readRun(column: ByteReader, isString: boolean): number {
  const length = readSigned(column)
  // Zero announces items that are not there.
  if (length === 0) return column.varUint()
  for (let left = length > 0 ? 1 : -length; left > 0; left--)
    if (isString) column.bytes(column.varUint(column.remaining))
    else skipNumber(column)
  return Math.abs(length)
}

/** Signed LEB128; beyond 2⁵³ only about. */
export function readSigned(reader: ByteReader): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reader.u8()
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - scale
  }
}

function skipNumber(reader: ByteReader): void {
  while (reader.u8() >= 0x80);
}
