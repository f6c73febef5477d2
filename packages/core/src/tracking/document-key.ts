import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"

/** Used for one document after another. */
const writer = new ByteWriter(256)

/** Where a document is in trees over documents: 32 bytes, a hash of its id, which spreads documents evenly. */
export function documentKey(id: string): Uint8Array {
  writer.reset()
  writer.varString("syncline/leaf/1")
  writer.varString(id)
  return sha256(writer.finish())
}
