import { ByteReader } from "@syncline/clock/bytes"
import { coreError } from "../../errors/core-error.ts"
import {
  type ChunkColumn,
  maxChangeItems,
  mustBeBounded,
  readArray,
  readColumns,
  readSigned
} from "./chunk-columns.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import { mustBeCanonical } from "./canonical-columns.ts"
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

/** An update taken apart, its operations as columns. */
interface ChangeParts extends ChangeHeader {
  /** Others that operations name, in hex: they are numbered from 1, who made the change is 0. */
  readonly others: readonly string[]
  /** Number of its first operation; the others count on. */
  readonly firstOperation: number
  readonly columns: readonly ChunkColumn[]
  readonly data: Uint8Array
}

/**
 * Reads the beginning of an update, which is one Automerge change that is not compressed (compressed changes unfold to
 * any size, and this engine makes none), and counts what is in the rest.
 *
 * @param source what is `new` here has to be as Automerge writes it. What is `stored` was taken once, maybe by a version that did not look at
 *   that: a document that is never folded is better than one that cannot be read.
 * @throws SynclineError `engine-update-invalid`.
 */
export function readChangeHeader(update: Uint8Array, source: "new" | "stored"): ChangeHeader {
  try {
    const parts = takeApart(update)
    const { dependencies, actor, firstOperation, columns, data } = parts
    mustBeBounded(columns, new ByteReader(data), maxChangeItems)
    if (source === "new") mustBeCanonical(parts)
    // Automerge tells of each object with the whole way to it: 8 kB that went 4,000 deep took more than a gigabyte.
    if (nestingOf(columns, data, firstOperation) > maxNesting)
      throw invalid(`the change has objects nested more than ${maxNesting} deep`)
    return { dependencies, actor }
  } catch (cause) {
    throw coreError("engine-update-invalid", "the update does not load", { cause })
  }
}

/** @throws RangeError or SynclineError for bytes that are no such update. */
export function takeApart(update: Uint8Array): ChangeParts {
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
  // Number of the change.
  reader.varUint()
  const firstOperation = reader.varUint()
  // Time and message.
  readSigned(reader)
  reader.varBytes(reader.remaining)
  const others = readArray(reader, () => bytesToHex(reader.varBytes(reader.remaining)))
  const columns = readColumns(reader)
  return { dependencies, actor, others, firstOperation, columns, data: reader.bytes(reader.remaining) }
}

function invalid(why: string): Error {
  return coreError("engine-update-invalid", why)
}
