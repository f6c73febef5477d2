import { readActorId, writeActorId } from "../actor/actor-codec.ts"
import { type ActorId, compareActorIds } from "../actor/actor-id.ts"
import type { ByteReader } from "../bytes/byte-reader.ts"
import type { BytesErrorCode } from "../bytes/bytes-error-code.ts"
import type { ByteWriter } from "../bytes/byte-writer.ts"
import { SynclineError } from "../error/syncline-error.ts"
import { limitedSeq } from "../version-vector/vector-limits.ts"
import type { VersionVector } from "../version-vector/version-vector.ts"
import type { ContextLimits } from "./context-limits.ts"
import type { Span, Spans } from "./spans.ts"

/**
 * Writes `varUint(actors)` and, per actor ascending: 8 bytes, `varUint(ranges - 1)`, and per range the gap before it and
 * its length, each as varUint less the 1 they are at least. So no bytes mean two ranges that touch.
 */
export function writeCloud(
  writer: ByteWriter,
  cloud: ReadonlyMap<ActorId, Spans>,
  vector: VersionVector
): void {
  writer.varUint(cloud.size)
  for (const [actor, spans] of [...cloud].sort(([a], [b]) => compareActorIds(a, b))) {
    writeActorId(writer, actor)
    writer.varUint(spans.length - 1)
    let known = vector.get(actor)
    for (const { from, to } of spans) {
      writer.varUint(from - known - 2)
      writer.varUint(to - from)
      known = to
    }
  }
}

/** Reads what {@link writeCloud} wrote, beside the vector it was written with. */
export function readCloud(
  reader: ByteReader,
  vector: VersionVector,
  limits: Required<ContextLimits>
): ReadonlyMap<ActorId, Spans> {
  const cloud = new Map<ActorId, Spans>()
  let left = limits.maxRanges
  let before = ""
  for (let actors = reader.varUint(left); actors > 0; actors--) {
    const actor = readActorId(reader)
    if (actor <= before) throw unsorted(before, actor)
    before = actor
    const count = reader.varUint(left - 1) + 1
    left -= count
    cloud.set(actor, readSpans(reader, count, vector.get(actor), limits.maxSeq))
  }
  return cloud
}

function readSpans(reader: ByteReader, count: number, contiguous: number, maxSeq: number): Spans {
  const spans: Span[] = []
  let known = contiguous
  for (let i = 0; i < count; i++) {
    const from = limitedSeq(known + 2 + reader.varUint(), maxSeq)
    const to = limitedSeq(from + reader.varUint(), maxSeq)
    spans.push({ from, to })
    known = to
  }
  return spans
}

function unsorted(before: string, actor: ActorId): SynclineError<BytesErrorCode> {
  return new SynclineError(
    "bytes-non-canonical",
    `Actor ${actor} follows ${before} in a causal context; actors ascend in canonical bytes`,
    { details: { before, actor } }
  )
}
