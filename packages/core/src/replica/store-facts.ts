import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { coreError } from "../errors/core-error.ts"
import type { RandomPort } from "../ports/ports.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"

/** What a store is born with. */
export interface StoreFacts {
  /** Names this incarnation of the store's log. 16 bytes. */
  readonly epoch: Uint8Array
  /** Seals sink records. Secret. 32 bytes. */
  readonly sealKey: Uint8Array
}

/** Version of what core writes into a store, whatever the backend. */
const format = 1
const space = "store"
const key = "facts"

/** Where a copy keeps how far it is, until it is whole. */
export const copyPlace = { space: "copy", key: "place" } as const

/**
 * Reads the facts, or writes them into a new store.
 *
 * @throws SynclineError `store-newer` when a newer Syncline wrote them, `store-corrupt` when they do not decode.
 */
export async function loadStoreFacts(session: StoreSession, random: RandomPort): Promise<StoreFacts> {
  const bytes = await session.readValue(space, key)
  if (bytes !== undefined) return decode(bytes)
  if ((await session.readValue(copyPlace.space, copyPlace.key)) !== undefined)
    throw coreError(
      "store-corrupt",
      "the store holds a copy that is not whole; go on copying, or give a new one"
    )
  if (session.end.position > 0)
    throw coreError("store-corrupt", "the store has a log and no facts about itself; restore a copy")
  const write = newStoreFacts(random)
  await session.append({ documents: [], values: [write] })
  return decode(write.value)
}

/** Makes a store one that is like no other, its log included. */
export function newStoreFacts(random: RandomPort): ValueWrite & { readonly value: Uint8Array } {
  const writer = new ByteWriter()
  writer.varUint(format)
  writer.bytes(random.bytes(16))
  writer.bytes(random.bytes(32))
  return { space, key, value: writer.finish() }
}

function decode(bytes: Uint8Array): StoreFacts {
  const reader = new ByteReader(bytes)
  const found = reader.varUint()
  if (found > format)
    throw coreError(
      "store-newer",
      `the store was written by a newer Syncline (form ${found}, this one reads ${format}); upgrade`
    )
  try {
    const facts = { epoch: reader.bytes(16).slice(), sealKey: reader.bytes(32).slice() }
    reader.expectEnd()
    return facts
  } catch (cause) {
    throw coreError("store-corrupt", "what the store says about itself does not decode; restore a copy", {
      cause
    })
  }
}
