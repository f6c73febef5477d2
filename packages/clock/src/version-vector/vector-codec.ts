import type { ActorId } from "../actor/actor-id.ts"
import { readActorId, writeActorId } from "../actor/actor-codec.ts"
import type { ActorTable } from "../actor/actor-table.ts"
import type { ByteReader } from "../bytes/byte-reader.ts"
import type { BytesErrorCode } from "../bytes/bytes-error-code.ts"
import type { ByteWriter } from "../bytes/byte-writer.ts"
import type { ClockErrorCode } from "../error/clock-error-code.ts"
import { SynclineError } from "../error/syncline-error.ts"
import { type Entries, seqOf, sortedByActor } from "./entries.ts"
import { limitedSeq, resolveLimits, type VectorLimits } from "./vector-limits.ts"

// The lowest bits of the header say what the decoder must hold; a message for another form is refused, not misread.
const FLAG_TABLE = 1
const FLAG_SINCE = 2

/** What both ends hold: a dictionary of actors, and a vector whose entries need not travel. */
export interface SharedKnowledge {
  readonly table?: ActorTable | undefined
  readonly since?: Entries | undefined
}

/**
 * Writes `varUint(4 * count + flags)` and then, per entry above `since`, the actor and `varUint(seq - known - 1)`.
 * The actor is 8 bytes, ascending; with a table it is the varUint gap to the slot before, ascending by slot.
 */
export function writeEntries(writer: ByteWriter, entries: Entries, shared: SharedKnowledge): void {
  const { table, since } = shared
  const added = addedEntries(entries, since)
  writer.varUint(added.length * 4 + flagsOf(shared))
  if (table === undefined) {
    for (const [actor, gain] of added) {
      writeActorId(writer, actor)
      writer.varUint(gain - 1)
    }
    return
  }
  let expected = 0
  for (const [slot, gain] of bySlot(added, table)) {
    writer.varUint(slot - expected)
    writer.varUint(gain - 1)
    expected = slot + 1
  }
}

/** Reads what {@link writeEntries} wrote: the entries above `since`, with their full seqs. Interns nothing. */
export function readEntries(
  reader: ByteReader,
  shared: SharedKnowledge,
  limits: VectorLimits | undefined
): Array<readonly [ActorId, number]> {
  const { table, since } = shared
  const { maxEntries, maxSeq } = resolveLimits(limits)
  const count = readCount(reader, flagsOf(shared), maxEntries)
  const pairs: Array<readonly [ActorId, number]> = []
  let before = ""
  let expected = 0
  for (let i = 0; i < count; i++) {
    let actor: ActorId
    if (table === undefined) {
      actor = readActorId(reader)
      if (actor <= before) throw unsorted(before, actor)
      before = actor
    } else {
      const slot = expected + reader.varUint(table.size)
      actor = table.actorAt(slot)
      expected = slot + 1
    }
    const known = since === undefined ? 0 : seqOf(since, actor)
    pairs.push([actor, limitedSeq(known + 1 + reader.varUint(), maxSeq)])
  }
  return pairs
}

/** Entries above `since` in actor order, as `[actor, seq - known]`. */
function addedEntries(entries: Entries, since: Entries | undefined): Array<readonly [ActorId, number]> {
  const sorted = sortedByActor(entries)
  if (since === undefined) return sorted
  const added: Array<readonly [ActorId, number]> = []
  for (const [actor, seq] of sorted) {
    const known = seqOf(since, actor)
    if (seq > known) added.push([actor, seq - known])
  }
  return added
}

function bySlot(
  added: ReadonlyArray<readonly [ActorId, number]>,
  table: ActorTable
): Array<readonly [number, number]> {
  const pairs = added.map(([actor, gain]) => {
    const slot = table.indexOf(actor)
    if (slot >= 0) return [slot, gain] as const
    throw new SynclineError<ClockErrorCode>(
      "actor-unknown",
      `Actor ${actor} is not in the table to encode with; intern it and send the table's addition first`,
      { details: { actor } }
    )
  })
  return pairs.sort((a, b) => a[0] - b[0])
}

function flagsOf(shared: SharedKnowledge): number {
  return (shared.table === undefined ? 0 : FLAG_TABLE) + (shared.since === undefined ? 0 : FLAG_SINCE)
}

function readCount(reader: ByteReader, flags: number, maxEntries: number): number {
  const header = reader.varUint(maxEntries * 4 + 3)
  if (header % 4 !== flags) {
    throw new SynclineError<BytesErrorCode>(
      "bytes-invalid",
      `These bytes encode a version vector of form ${header % 4}, not of form ${flags} (1: actor table, 2: since); decode with what the encoder was given`,
      { details: { form: header % 4, expected: flags } }
    )
  }
  return Math.floor(header / 4)
}

function unsorted(before: string, actor: ActorId): SynclineError<BytesErrorCode> {
  return new SynclineError(
    "bytes-non-canonical",
    `Actor ${actor} follows ${before}; actors ascend in canonical bytes`,
    { details: { before, actor } }
  )
}
