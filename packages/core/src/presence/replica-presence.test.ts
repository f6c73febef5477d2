import { afterEach, expect, it } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { memoryTransport } from "../link/memory-transport.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { openReplica, type ReplicaOptions } from "../replica/open-replica.ts"
import type { Replica } from "../replica/replica.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { PeerPresence } from "./presence.ts"
import { presence } from "./presence-feature.ts"

const replicas: Replica[] = []

afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.close()
})

async function opened(options: Partial<ReplicaOptions> = {}): Promise<Replica> {
  const replica = await openReplica({ store: memoryStore(), engine: yjs(), ...options })
  replicas.push(replica)
  return replica
}

it("[PR16] real replicas show each other what they do, until one is closed", async () => {
  const [near, far] = [await opened({ presence: presence() }), await opened({ presence: presence() })]
  near.connect(memoryTransport(systemPorts().timers, connection => far.accept(connection)))
  const heard: (readonly PeerPresence[])[] = []
  let wake: () => void = () => {}
  far.presence.on("notes/1", others => {
    heard.push(others)
    wake()
  })
  const next = () => new Promise<void>(resolve => (wake = resolve))
  near.presence.set("notes/1", { name: "Ada" })
  await next()
  expect(heard).toEqual([[{ peer: near.presence.self, state: { name: "Ada" } }]])
  const left = next()
  await near.close()
  await left
  expect([heard.at(-1), far.presence.others("notes/1")]).toEqual([[], []])
})

it("[PR16] a replica opened without it says how to have it", async () => {
  const replica = await opened()
  expect(() => replica.presence).toThrow(expect.objectContaining({ code: "options-invalid" }))
  const wrong = { presence: presence as unknown as ReturnType<typeof presence> }
  await expect(opened(wrong)).rejects.toMatchObject({ code: "options-invalid" })
})
