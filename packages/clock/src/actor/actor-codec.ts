import type { ByteReader } from "../bytes/byte-reader.ts"
import type { ByteWriter } from "../bytes/byte-writer.ts"
import { type ActorId, actorIdFromBytes, parseActorId } from "./actor-id.ts"
import type { Dot } from "./dot.ts"

/** Writes an actor id as its 8 bytes. */
export function writeActorId(writer: ByteWriter, actor: ActorId): void {
  const checked = parseActorId(actor)
  writer.u32(Number.parseInt(checked.slice(0, 8), 16))
  writer.u32(Number.parseInt(checked.slice(8), 16))
}

/** Reads what {@link writeActorId} wrote. */
export function readActorId(reader: ByteReader): ActorId {
  return actorIdFromBytes(reader.bytes(8))
}

/** Writes a dot: its actor, then `seq - 1` as varUint, so that no bytes mean seq 0. */
export function writeDot(writer: ByteWriter, dot: Dot): void {
  writeActorId(writer, dot.actor)
  writer.varUint(dot.seq - 1)
}

/** Reads what {@link writeDot} wrote. Throws `bytes-limit` if the seq exceeds `maxSeq`. */
export function readDot(reader: ByteReader, maxSeq: number = Number.MAX_SAFE_INTEGER): Dot {
  const actor = readActorId(reader)
  return { actor, seq: reader.varUint(maxSeq - 1) + 1 }
}
