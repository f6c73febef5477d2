import { ByteReader } from "@syncline/clock/bytes"
import { coreError } from "../../errors/core-error.ts"
import {
  type ChunkColumn,
  maxSnapshotItems,
  mustBeBounded,
  readArray,
  readColumns,
  readSigned
} from "./chunk-columns.ts"
import { chunkMagic } from "./genesis.ts"
import { bytesToHex } from "./hex.ts"

/** The chunk holds a whole document. */
const documentChunk = 0

/** The column of a document's changes that says who made each. */
const actorColumn = 0x01

/**
 * Checks that a snapshot is of the form this engine writes, one document without compressed columns, and of a size that
 * can be held, before Automerge loads it. Follows the Automerge binary format.
 *
 * @returns how many changes each actor made: a hundredth of what asking Automerge for its changes costs.
 * @throws SynclineError `engine-update-invalid`
 */
export function changesByActor(
  snapshot: Uint8Array,
  maxItems: number = maxSnapshotItems
): ReadonlyMap<string, number> {
  try {
    return readDocument(snapshot, maxItems)
  } catch (cause) {
    throw coreError("engine-update-invalid", "the snapshot does not load", { cause })
  }
}

function readDocument(snapshot: Uint8Array, maxItems: number): ReadonlyMap<string, number> {
  const reader = new ByteReader(snapshot)
  const magic = reader.bytes(chunkMagic.length)
  if (magic.some((byte, at) => byte !== chunkMagic[at])) throw invalid("the bytes are no Automerge chunk")
  // The checksum, which Automerge verifies.
  reader.u32()
  if (reader.u8() !== documentChunk) throw invalid("the chunk is no document")
  if (reader.varUint() !== reader.remaining) throw invalid("the chunk is not as long as it says")
  const actors = readArray(reader, () => bytesToHex(reader.varBytes(reader.remaining)))
  readArray(reader, () => reader.bytes(32))
  const [changes, operations] = [readColumns(reader), readColumns(reader)]
  const data = reader.bytes(lengthOf(changes))
  mustBeBounded(changes, new ByteReader(data), maxItems)
  mustBeBounded(operations, reader, maxItems)
  const [first] = changes
  if (first === undefined) return new Map()
  if (first.spec !== actorColumn) throw invalid("the document does not say who made its changes")
  return countRuns(new ByteReader(data.subarray(0, first.length)), actors)
}

function lengthOf(columns: readonly ChunkColumn[]): number {
  return columns.reduce((sum, { length }) => sum + length, 0)
}

/** Runs: a positive number of times one value, or a negative number of literals. */
function countRuns(column: ByteReader, actors: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const add = (times: number): void => {
    const actor = actors[column.varUint()]
    if (actor === undefined) throw invalid("a change is of an actor that is not there")
    counts.set(actor, (counts.get(actor) ?? 0) + times)
  }
  while (column.remaining > 0) {
    const length = readSigned(column)
    if (length === 0) throw invalid("a change is of nobody")
    if (length > 0) add(length)
    else for (let left = -length; left > 0; left--) add(1)
  }
  return counts
}

function invalid(why: string): Error {
  return coreError("engine-update-invalid", why)
}
