// A replica in a worker of Node: writes one note, links to whoever dials, and says what it holds when asked.
import { parentPort } from "node:worker_threads"
import { memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { acceptMessagePort } from "../accept-message-port.ts"

const port = parentPort
if (port === null) throw new Error("this file is for a worker")
const replica = await openReplica({ store: memoryStore(), engine: yjs() })
const note = await replica.load("notes/worker")
await note.change(draft => {
  draft["by"] = "worker"
}).durable
acceptMessagePort(port, connection => replica.accept(connection))
port.on("message", (message: unknown) => {
  if (message === "what") void replica.load("notes/main").then(({ value }) => port.postMessage(value))
})
