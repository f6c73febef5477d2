import { readActorId, writeActorId } from "../actor/actor-codec.ts"
import type { ActorId } from "../actor/actor-id.ts"
import type { ByteReader } from "../bytes/byte-reader.ts"
import type { BytesErrorCode } from "../bytes/bytes-error-code.ts"
import type { ByteWriter } from "../bytes/byte-writer.ts"
import { SynclineError } from "../error/syncline-error.ts"
import type { DottedEntry } from "./dotted-entry.ts"

/** What a decoder of dotted sets accepts before it reads on; exceeding one throws `bytes-limit`. */
export interface DottedSetLimits {
  /** Most actors. Default 65,536. */
  readonly maxEntries?: number
  /** Most values in all. Default 4,096: past that something has stopped handing contexts back. */
  readonly maxValues?: number
  /** Highest seq. Default 2⁴⁰, as for version vectors. */
  readonly maxSeq?: number
}

/**
 * Writes `varUint(actors)` and, per actor ascending: 8 bytes, `varUint(seq - 1)`, `varUint(values)`, then the values,
 * newest first.
 */
export function writeDottedEntries<V>(
  writer: ByteWriter,
  entries: ReadonlyArray<DottedEntry<V>>,
  writeValue: (writer: ByteWriter, value: V) => void
): void {
  writer.varUint(entries.length)
  for (const { actor, seq, values } of entries) {
    writeActorId(writer, actor)
    writer.varUint(seq - 1)
    writer.varUint(values.length)
    for (const value of values) writeValue(writer, value)
  }
}

/** Reads what {@link writeDottedEntries} wrote. */
export function readDottedEntries<V>(
  reader: ByteReader,
  readValue: (reader: ByteReader) => V,
  limits: DottedSetLimits
): Array<DottedEntry<V>> {
  const { maxEntries = 2 ** 16, maxValues = 4096, maxSeq = 2 ** 40 } = limits
  const entries: Array<DottedEntry<V>> = []
  let room = maxValues
  let before = ""
  for (let left = reader.varUint(maxEntries); left > 0; left--) {
    const actor = readActorId(reader)
    if (actor <= before) throw malformed("bytes-non-canonical", `actor ${actor} follows ${before}`, actor)
    before = actor
    const seq = reader.varUint(maxSeq - 1) + 1
    const count = reader.varUint(room)
    if (count > seq)
      throw malformed("bytes-invalid", `actor ${actor} has ${count} values of ${seq} events`, actor)
    room -= count
    const values: V[] = []
    for (let i = 0; i < count; i++) values.push(readValue(reader))
    entries.push({ actor, seq, values })
  }
  return entries
}

function malformed(code: BytesErrorCode, why: string, actor: ActorId): SynclineError<BytesErrorCode> {
  return new SynclineError(code, `These bytes are no dotted version vector set: ${why}`, {
    details: { actor }
  })
}
