import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { attachSyncServer } from "@syncline/adapters/websocket/server"
import type { Replica } from "@syncline/core"

/** Lets a replica be dialed at `ws://127.0.0.1:<port>/sync`, for as long as this process lives; gives the port. */
export async function serveReplica(replica: Replica): Promise<number> {
  const http = createServer()
  await attachSyncServer(http, {
    accept: connection => {
      replica.accept(connection)
    }
  })
  await new Promise<void>(resolve => http.listen(0, "127.0.0.1", resolve))
  return (http.address() as AddressInfo).port
}
