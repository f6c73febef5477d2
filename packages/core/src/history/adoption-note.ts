import type { JsonObject } from "../document/json.ts"
import { assertUnreserved } from "./revert-note.ts"

/** The annotation that belongs to Syncline; applications have all others. */
const reservedAnnotation = "syncline"

/** What of a sink a commit adopted. */
export interface AdoptedRecord {
  readonly sink: string
  /** Names the record as it was read there. */
  readonly record: string
}

/** Annotations of a commit that adopts what somebody changed in a sink. */
export function withAdoptionNote({ sink, record }: AdoptedRecord, meta: JsonObject): JsonObject {
  assertUnreserved(meta)
  return { ...meta, [reservedAnnotation]: { adopted: { sink, record } } }
}

/** What `withAdoptionNote` noted. `undefined` also for what another program put there and does not read. */
export function readAdoptionNote(meta: JsonObject | undefined): AdoptedRecord | undefined {
  const adopted = memberOf(memberOf(meta, reservedAnnotation), "adopted")
  const [sink, record] = [memberOf(adopted, "sink"), memberOf(adopted, "record")]
  return typeof sink === "string" && typeof record === "string" ? { sink, record } : undefined
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}
