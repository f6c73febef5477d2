import { ByteReader } from "@syncline/clock/bytes"
import { chunkMagic } from "./genesis.ts"
import { bytesToHex } from "./hex.ts"

/** The chunk holds a whole document. */
const documentChunk = 0

/** The column of a document's changes that says who made each; with 8 added if it is compressed. */
const actorColumn = 0x01

/**
 * How many changes each actor made, by the bytes of a snapshot that Automerge has loaded: a hundredth of what asking
 * Automerge for its changes costs. Follows the Automerge binary format.
 *
 * @returns `undefined` for what this does not read: several chunks, and compressed columns, which this engine writes none of.
 */
export function changesByActor(snapshot: Uint8Array): Map<string, number> | undefined {
  try {
    const reader = new ByteReader(snapshot)
    const magic = reader.bytes(chunkMagic.length)
    if (magic.some((byte, at) => byte !== chunkMagic[at])) return undefined
    reader.u32()
    if (reader.u8() !== documentChunk || reader.varUint() !== reader.remaining) return undefined
    const actors = readArray(reader, () => bytesToHex(reader.varBytes(reader.remaining)))
    readArray(reader, () => reader.bytes(32))
    const [first] = readArray(reader, () => ({ column: reader.varUint(), length: reader.varUint() }))
    readArray(reader, () => ({ column: reader.varUint(), length: reader.varUint() }))
    if (first === undefined) return new Map()
    return first.column === actorColumn
      ? countRuns(new ByteReader(reader.bytes(first.length)), actors)
      : undefined
  } catch {
    // Automerge read it, so it is not damaged but of a form not known here.
    return undefined
  }
}

function readArray<T>(reader: ByteReader, read: () => T): T[] {
  return Array.from({ length: reader.varUint(reader.remaining) }, read)
}

/** Runs: a positive number of times one value, or a negative number of literals. */
function countRuns(column: ByteReader, actors: readonly string[]): Map<string, number> | undefined {
  const counts = new Map<string, number>()
  const add = (times: number): void => {
    const actor = actors[column.varUint()] ?? ""
    counts.set(actor, (counts.get(actor) ?? 0) + times)
  }
  while (column.remaining > 0) {
    const length = readSigned(column)
    // Each change has an actor, so there are no stretches without.
    if (length === 0) return undefined
    if (length > 0) add(length)
    else for (let left = -length; left > 0; left--) add(1)
  }
  return counts
}

/** Signed LEB128. */
function readSigned(reader: ByteReader): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reader.u8()
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - scale
  }
}
