import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/index.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memoryWitness } from "../store/memory-witness.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

async function write(replica: Replica, key: string): Promise<void> {
  const document = await replica.load("notes/1")
  await document.change(draft => void (draft[key] = key)).durable
}

test("[LK35] a copied store has a name of its own and syncs with the one it was copied from", async () => {
  const store = memoryStore({ witness: memoryWitness() })
  const original = await openReplica({ store, engine: yjs() })
  await write(original, "before")
  const copy = await openReplica({ store: store.clone({ witness: memoryWitness() }), engine: yjs() })
  await write(original, "here")
  await write(copy, "there")
  const { timers } = original.host.ports
  const link = copy.connect(memoryTransport(timers, connection => void original.accept(connection)))
  await link.synced()
  const [a, b] = [await original.load("notes/1"), await copy.load("notes/1")]
  expect(a.value).toEqual({ before: "before", here: "here", there: "there" })
  expect(b.value).toEqual(a.value)
  expect(b.version.compare(a.version)).toBe("equal")
  await copy.close()
  await original.close()
})
