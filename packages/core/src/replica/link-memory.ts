import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { toHex } from "../codec/hex.ts"
import { sha256 } from "#platform"
import { logHashBytes } from "../store/log-hash.ts"
import type { LinkMemory } from "../sync/sync-host.ts"
import type { ReplicaCore } from "./replica-core.ts"

const space = "link"
const keptSpace = "link-kept"

/** What links remember beyond their life, as small values. */
export function linkMemory({ session, writer }: ReplicaCore): LinkMemory {
  return {
    load: async name => {
      const bytes = await session.readValue(space, keyOf(name))
      if (bytes === undefined) return undefined
      const reader = new ByteReader(bytes)
      const epoch = toHex(reader.bytes(16))
      return { epoch, position: reader.varUint(), logHash: reader.bytes(logHashBytes).slice() }
    },
    save: async (name, { epoch, position, logHash }) => {
      const value = new ByteWriter()
      value.bytes(
        Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(epoch.slice(2 * i, 2 * i + 2), 16))
      )
      value.varUint(position)
      value.bytes(logHash)
      await writer.attach([{ space, key: keyOf(name), value: value.finish() }], undefined, new Set())
    },
    loadKept: name => session.readValue(keptSpace, keyOf(name)),
    saveKept: async (name, value) => {
      await writer.attach([{ space: keptSpace, key: keyOf(name), value }], undefined, new Set())
    }
  }
}

/** Names are addresses, of any length. */
function keyOf(name: string): string {
  return toHex(sha256(new TextEncoder().encode(name)).subarray(0, 16))
}
