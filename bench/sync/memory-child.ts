// Runs in a process of its own, started by measured-server.ts: is there, and says how much memory it has when asked.
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { sqliteStore } from "@syncline/adapters/sqlite"
import type { DocumentId } from "@syncline/core"
import { WebSocketServer } from "ws"
import { kept } from "../harness/bench.ts"
import { keyOf } from "./contender.ts"
import type { MemoryAnswer, MemoryOrder } from "./memory-order.ts"
import { openNotes } from "./notes.ts"
import { serveReplica } from "./served-replica.ts"

const order = JSON.parse(process.argv[2] ?? "") as MemoryOrder
const port = await start()
await answer()
process.on("message", () => void answer())

async function start(): Promise<number> {
  switch (order.kind) {
    case "replica": {
      const { path, stateDirectory } = order
      return serveReplica(await openNotes(sqliteStore(path, { stateDirectory })))
    }
    case "sockets": {
      const http = createServer()
      kept.value = new WebSocketServer({ server: http, perMessageDeflate: false })
      await new Promise<void>(resolve => http.listen(0, "127.0.0.1", resolve))
      return (http.address() as AddressInfo).port
    }
    case "map":
      kept.value = new Map(
        Array.from({ length: order.documents }, (_, index) => [
          `notes/${keyOf(index)}` as DocumentId,
          Uint8Array.from({ length: 32 }, () => index % 256)
        ])
      )
      return 0
  }
}

async function answer(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" })
    // What finalizers let go of is garbage only then. An ordinary collection keeps room for as much garbage as there just was.
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  const said: MemoryAnswer = { port, heapBytes: heapUsed + external, residentBytes: rss }
  process.send?.(said)
}
