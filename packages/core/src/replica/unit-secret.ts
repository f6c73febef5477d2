import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import type { LogEnd } from "../store/store.ts"

/**
 * What this opening of a store compares documents under: 32 bytes that follow from the store's secret, which stays here, and
 * from where its log was. The first 16 are told to peers as the key of ids, the rest to nobody.
 */
export function unitSecret(sealKey: Uint8Array, { hash }: LogEnd): Uint8Array {
  const writer = new ByteWriter(96)
  writer.varString("syncline/unit-secret/1")
  writer.varBytes(sealKey)
  writer.bytes(hash)
  return sha256(writer.finish())
}
