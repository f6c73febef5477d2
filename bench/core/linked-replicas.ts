import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import { webSocketTransport } from "@syncline/adapters/websocket"
import { attachSyncServer } from "@syncline/adapters/websocket/server"
import {
  memoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  type ReplicaOptions,
  type Store,
  systemPorts,
  type Transport
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { papers } from "../traces/replay-trace.ts"

/** Where documents are kept. `sqlite` waits for the disk, as it does by default. */
export type StoreKind = "memory" | "sqlite"

/** Makes an empty store; one in SQLite gets a file of that name in the folder. */
export function emptyStore(kind: StoreKind, folder: string, name: string): Store {
  if (kind === "memory") return memoryStore({ name })
  return sqliteStore(join(folder, `${name}.db`), { stateDirectory: join(folder, "state") })
}

/** Opens a replica with a collection of one text a document. */
export function openPapers(store: Store, options: Partial<ReplicaOptions> = {}): Promise<Replica> {
  return openReplica({ store, engine: yjs(), collections: [papers], ...options })
}

/** A way to a replica, and what ends it. */
export interface Route {
  readonly transport: Transport
  close(): Promise<void>
}

/** A way to `target` inside this process. */
export function memoryRoute(target: Replica): Route {
  const transport = memoryTransport(systemPorts().timers, connection => {
    target.accept(connection)
  })
  return { transport, close: async () => {} }
}

/** A way to `target` through a WebSocket on the loopback interface. */
export async function webSocketRoute(target: Replica): Promise<Route> {
  const http = createServer()
  const server = await attachSyncServer(http, {
    accept: connection => {
      target.accept(connection)
    }
  })
  await new Promise<void>(resolve => http.listen(0, "127.0.0.1", resolve))
  const { port } = http.address() as AddressInfo
  return {
    transport: webSocketTransport(`ws://127.0.0.1:${port}/sync`),
    close: async () => {
      await server.close()
      http.close()
    }
  }
}
