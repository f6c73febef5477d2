import type { DocumentId, StoredHead } from "@syncline/core"
import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { damaged } from "./stored-row.ts"

/** A head with its row's key. */
export interface BufferedHead {
  readonly key: number
  readonly head: StoredHead
}

const digestBytes = 32
const longestBody = 2 ** 31

/**
 * Packs heads: the first log position they cover, then for each key, position, digest and body. Ids are left out, the
 * keys' rows have them.
 */
export function packHeads(first: number, heads: Iterable<BufferedHead>): Uint8Array {
  const writer = new ByteWriter(256)
  writer.varUint(first)
  for (const { key, head } of heads) {
    writer.varUint(key)
    writer.varUint(head.position)
    writer.bytes(head.digest)
    writer.varBytes(head.body)
  }
  return writer.finish()
}

/**
 * Undoes `packHeads`; ids are empty. The heads' bytes are views of `packed`.
 *
 * @throws SynclineError `store-corrupt`.
 */
export function unpackHeads(packed: Uint8Array): {
  readonly first: number
  readonly heads: readonly BufferedHead[]
} {
  try {
    const reader = new ByteReader(packed)
    const first = reader.varUint()
    const heads: BufferedHead[] = []
    while (reader.remaining > 0) {
      const key = reader.varUint()
      const position = reader.varUint()
      const digest = reader.bytes(digestBytes)
      heads.push({
        key,
        head: { id: "" as DocumentId, position, digest, body: reader.varBytes(longestBody) }
      })
    }
    return { first, heads }
  } catch (cause) {
    throw damaged("list of pending heads", "does not decode", cause)
  }
}
