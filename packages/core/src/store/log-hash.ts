import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import type { DocumentId } from "../document/document-id.ts"
import type { LogEnd } from "./store.ts"

/** Bytes of a running log hash. */
export const logHashBytes = 16

/** The end of an empty log. */
export const emptyLog: LogEnd = { position: 0, hash: new Uint8Array(logHashBytes) }

/** The running hash after one more record: names the whole log up to there. */
export function nextLogHash(end: LogEnd, document: DocumentId, record: Uint8Array): Uint8Array {
  const writer = new ByteWriter(record.length + 64)
  writer.varString("syncline/log/1")
  writer.bytes(end.hash)
  writer.varUint(end.position + 1)
  writer.varString(document)
  writer.bytes(record)
  return sha256(writer.finish()).subarray(0, logHashBytes)
}
