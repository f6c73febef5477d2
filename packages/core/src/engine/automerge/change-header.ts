import { ByteReader } from "@syncline/clock/bytes"
import { coreError } from "../../errors/core-error.ts"
import { maxChangeItems, mustBeBounded, readArray, readColumns, readSigned } from "./chunk-columns.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import { nestingOf } from "./change-nesting.ts"
import { changeChunk, chunkMagic } from "./genesis.ts"
import { bytesToHex } from "./hex.ts"

/** What an update says before its operations. */
export interface ChangeHeader {
  /** Hashes of the changes it builds on directly, in hex. */
  readonly dependencies: readonly string[]
  /** Who made it, in hex. */
  readonly actor: string
}

/**
 * Reads the beginning of an update, which is one Automerge change that is not compressed (compressed changes unfold to
 * any size, and this engine makes none), and counts what is in the rest.
 *
 * @throws SynclineError `engine-update-invalid`.
 */
export function readChangeHeader(update: Uint8Array): ChangeHeader {
  try {
    const reader = new ByteReader(update)
    const magic = reader.bytes(chunkMagic.length)
    if (magic.some((byte, at) => byte !== chunkMagic[at])) throw invalid("the bytes are no Automerge chunk")
    // The checksum, which Automerge verifies.
    reader.u32()
    if (reader.u8() !== changeChunk) throw invalid("the chunk is not one uncompressed change")
    if (reader.varUint() !== reader.remaining) throw invalid("the chunk is not as long as it says")
    const count = reader.varUint(Math.floor(reader.remaining / 32))
    const dependencies = Array.from({ length: count }, () => bytesToHex(reader.bytes(32)))
    const actor = bytesToHex(reader.varBytes(reader.remaining))
    const firstOperation = readDescription(reader)
    const columns = readColumns(reader)
    const data = reader.bytes(reader.remaining)
    mustBeBounded(columns, new ByteReader(data), maxChangeItems)
    // Automerge tells of each object with the whole way to it: 8 kB that went 4,000 deep took more than a gigabyte.
    if (nestingOf(columns, data, firstOperation) > maxNesting)
      throw invalid(`the change has objects nested more than ${maxNesting} deep`)
    return { dependencies, actor }
  } catch (cause) {
    throw coreError("engine-update-invalid", "the update does not load", { cause })
  }
}

/** Number of the change and of its first operation, which is returned; time, message, actors named in operations. */
function readDescription(reader: ByteReader): number {
  reader.varUint()
  const firstOperation = reader.varUint()
  readSigned(reader)
  reader.varBytes(reader.remaining)
  readArray(reader, () => reader.varBytes(reader.remaining))
  return firstOperation
}

function invalid(why: string): Error {
  return coreError("engine-update-invalid", why)
}
