// A replica in a worker of the browser: writes one note and links to whoever dials.
import { acceptMessagePort, type MessagePortLike } from "@syncline/adapters/messageport"
import { memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"

const replica = await openReplica({ store: memoryStore(), engine: yjs() })
const note = await replica.load("notes/worker")
await note.change(draft => {
  draft["by"] = "worker"
}).durable
acceptMessagePort(globalThis as unknown as MessagePortLike, connection => replica.accept(connection))
