import {
  type Link,
  memoryTransport,
  openReplica,
  type Replica,
  type ReplicaOptions,
  memoryStore,
  silentLogger
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { onTestFinished } from "vitest"

/** Opens a replica in memory, closed again when the test has ended. */
export async function openHere(options: Partial<ReplicaOptions> = {}): Promise<Replica> {
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    ports: { logger: silentLogger },
    ...options
  })
  onTestFinished(() => replica.close())
  return replica
}

/** Links one replica to another, by a connection that is made anew whenever it is lost. */
export function linkTo(server: Replica, client: Replica): Link {
  const { timers } = client.host.ports
  return client.connect(
    memoryTransport(timers, connection => void server.accept(connection)),
    { backoff: { baseMs: 1, maxMs: 1 } }
  )
}

/** Syncs two replicas once. */
export async function syncOnce(server: Replica, client: Replica): Promise<void> {
  const link = linkTo(server, client)
  await link.synced()
  link.close()
  await link.closed
}

/** Makes one change and waits until it is durable. */
export async function put(
  replica: Replica,
  id: string,
  key: string,
  value: number | string = key
): Promise<void> {
  const document = await replica.load(id)
  await document.change(draft => void (draft[key] = value)).durable
}

/** A document's value in a replica. */
export async function valueIn(replica: Replica, id: string): Promise<unknown> {
  return (await replica.load(id)).value
}
