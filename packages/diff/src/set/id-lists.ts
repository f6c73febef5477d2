import type { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"
import type { SetChecksum } from "./set-checksum.ts"
import { ID_BYTES, type SetId } from "./set-id.ts"

/** How many, then the ids. */
export function writeIds(writer: ByteWriter, ids: readonly SetId[]): void {
  writer.varUint(ids.length)
  for (const id of ids) writer.bytes(id)
}

/** Copies of at most `most` ids. Throws `set-limit` beyond. */
export function readIds(reader: ByteReader, most: number): SetId[] {
  const count = reader.varUint()
  if (count > most) {
    throw diffError(
      "set-limit",
      `the peer lists ${count} ids, ${most} more are accepted by maxDifferences or maxCells: raise it, or exchange the whole set`
    )
  }
  const all = reader.bytes(count * ID_BYTES)
  return Array.from({ length: count }, (_, i) => all.slice(i * ID_BYTES, (i + 1) * ID_BYTES))
}

/** The size as varUint, then the sum, most significant byte first. */
export function writeChecksum(writer: ByteWriter, { size, high, low }: SetChecksum): void {
  writer.varUint(size)
  writer.u32(high >>> 0)
  writer.u32(low >>> 0)
}

/** What {@link writeChecksum} wrote. */
export function readChecksum(reader: ByteReader): SetChecksum {
  return { size: reader.varUint(), high: reader.u32() | 0, low: reader.u32() | 0 }
}
