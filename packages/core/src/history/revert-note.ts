import { ByteReader } from "@syncline/clock/bytes"
import { toHex } from "../codec/hex.ts"
import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"

/** The annotation that belongs to Syncline; applications have all others. */
const reservedAnnotation = "syncline"

/** Versions of more writers than this are noted by their digest alone: annotations have an end. */
const maxNotedWriters = 256

/** Which version a commit restored. */
export interface RevertedVersion {
  /** Its digest as hex: equal for equal versions of a document. */
  readonly digest: string
  /** The version itself, with short hashes; absent where it has more than 256 writers. */
  readonly version?: Version
}

/** Annotations of a commit that restores a version. */
export function withRevertNote(id: DocumentId, version: Version, meta: JsonObject | undefined): JsonObject {
  const bytes = version.entries.length > maxNotedWriters ? undefined : toHex(version.encode(8))
  const reverted = { digest: toHex(version.digest(id)), ...(bytes === undefined ? {} : { version: bytes }) }
  return { ...meta, [reservedAnnotation]: { reverted } }
}

/** What `withRevertNote` noted. `undefined` also for what another program put there and does not read. */
export function readRevertNote(meta: JsonObject | undefined): RevertedVersion | undefined {
  const reverted = memberOf(memberOf(meta, reservedAnnotation), "reverted")
  const digest = memberOf(reverted, "digest")
  if (typeof digest !== "string") return undefined
  const text = memberOf(reverted, "version")
  const version = typeof text === "string" ? readVersion(text) : undefined
  return version === undefined ? { digest } : { digest, version }
}

/** @throws SynclineError `options-invalid` for annotations that use the reserved name. */
export function assertUnreserved(meta: JsonObject): void {
  if (Object.hasOwn(meta, reservedAnnotation))
    throw coreError(
      "options-invalid",
      `the annotation "${reservedAnnotation}" is reserved for what Syncline notes itself; use another name`
    )
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined
}

function readVersion(hex: string): Version | undefined {
  try {
    const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
      Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
    )
    const reader = new ByteReader(bytes)
    const version = Version.read(reader, 8, maxNotedWriters)
    reader.expectEnd()
    return version
  } catch {
    return undefined
  }
}
