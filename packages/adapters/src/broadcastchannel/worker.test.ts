import { Worker } from "node:worker_threads"
import { memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { expect, it } from "vitest"
import { joinBroadcastChannel } from "./join-broadcast-channel.ts"

/** The one with the lower address dials: the thread once, this side once. */
for (const address of ["a", "z"])
  it(`[BC10] replicas converge with one in a thread of Node; one that dies is noticed (its address: ${address})`, async () => {
    const name = `worker-${process.pid}-${address}`
    const limits = { pingIntervalMs: 200, pingTimeoutMs: 500 }
    const replica = await openReplica({ store: memoryStore(), engine: yjs() })
    const tabs = joinBroadcastChannel(name, {
      address: "m",
      answerTimeoutMs: 500,
      connect: transport => replica.connect(transport, { limits }),
      accept: connection => replica.accept(connection, { limits })
    })
    const note = await replica.load("notes/worker")
    const arrived = new Promise<void>(resolve => note.subscribe(() => resolve()))
    const worker = new Worker(new URL("./testing/replica-worker.ts", import.meta.url), {
      workerData: { name, address },
      execArgv: ["--conditions=@syncline/source"]
    })
    await arrived
    expect(note.value).toEqual({ by: "worker" })
    await worker.terminate()
    const lost = new Promise<void>(resolve => tabs.onPeers(peers => peers.length === 0 && resolve()))
    if (tabs.peers.length > 0) await lost
    tabs.close()
    await replica.close()
  })
