import { Worker } from "node:worker_threads"
import { memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { expect, it } from "vitest"
import { messagePortTransport } from "./message-port-transport.ts"

it("[MC10] replicas converge with one in a worker of Node, live; one that dies is noticed", async () => {
  const worker = new Worker(new URL("./testing/replica-worker.ts", import.meta.url), {
    execArgv: ["--conditions=@syncline/source"]
  })
  const replica = await openReplica({ store: memoryStore(), engine: yjs() })
  const link = replica.connect(messagePortTransport(worker))
  await link.synced()
  expect((await replica.load("notes/worker")).value).toEqual({ by: "worker" })
  await (await replica.load("notes/main")).change(draft => {
    draft["by"] = "main"
  }).durable
  await link.synced()
  const answer = new Promise<unknown>(resolve =>
    worker.on("message", (value: { by?: unknown }) => value.by !== undefined && resolve(value))
  )
  worker.postMessage("what")
  expect(await answer).toEqual({ by: "main" })
  const lost = new Promise(resolve => link.onProblem(resolve))
  await worker.terminate()
  expect(await lost).toMatchObject({ kind: "disconnected", closed: { reason: "connection-lost" } })
  await replica.close()
})
