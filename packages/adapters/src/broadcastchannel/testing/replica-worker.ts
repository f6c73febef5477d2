// A replica in a thread of Node: writes one note, and links to whoever is on the channel it is told of.
import { workerData } from "node:worker_threads"
import { memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { joinBroadcastChannel } from "../join-broadcast-channel.ts"

const { name, address } = workerData as { readonly name: string; readonly address: string }
const replica = await openReplica({ store: memoryStore(), engine: yjs() })
await (await replica.load("notes/worker")).change(draft => {
  draft["by"] = "worker"
}).durable
joinBroadcastChannel(name, {
  address,
  connect: transport => replica.connect(transport),
  accept: connection => replica.accept(connection)
})
