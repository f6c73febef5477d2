import { memoryStore, memoryTransport, openReplica, type Replica, silentLogger } from "@syncline/core"
import { engineContract } from "@syncline/core/testing"
import { expect, onTestFinished, test } from "vitest"
import { replayedLog } from "./replayed-log.ts"

for (const { title, run } of engineContract("replayed-log", replayedLog)) test(title, () => run())

async function openHere(): Promise<Replica> {
  const ports = { logger: silentLogger }
  const replica = await openReplica({ store: memoryStore(), engine: replayedLog(), ports })
  onTestFinished(() => replica.close())
  return replica
}

test("replicas sync and fold documents of it", async () => {
  const [laptop, phone] = [await openHere(), await openHere()]
  const [here, there] = [await laptop.load("notes/1"), await phone.load("notes/1")]
  here.change(draft => void (draft["title"] = "A log"))
  there.change(draft => void (draft["done"] = [true]))
  expect(await laptop.compact("notes/1")).toBe(true)
  const { timers } = laptop.host.ports
  const link = laptop.connect(memoryTransport(timers, connection => void phone.accept(connection)))
  await link.synced()
  expect(there.value).toEqual({ done: [true], title: "A log" })
  expect(here.value).toEqual(there.value)
})
