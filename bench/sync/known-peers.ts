import { memoryStore, type Replica, type Store } from "@syncline/core"
import { watchedStore } from "../core/watched-store.ts"
import { openNotes, writeNotes } from "./notes.ts"

/** Two replicas that hold the same notes and remember how far they know each other's log. */
export interface KnownPeers {
  readonly server: Replica
  readonly client: Replica
  /** Closes both and opens them again from their stores, as after a restart. */
  reopen(): Promise<KnownPeers>
  close(): Promise<void>
}

/** Loaded documents that replicas keep: few, so that a million written do not stay. */
const budgetBytes = 1_000_000

/**
 * Makes such replicas without the hours that a million documents on a wire would take: what the server's store is given is given to
 * the client's at once, and both save the cursor that they would have saved when their roots were equal. Whether all of it is as
 * after a real sync is shown by the first connection, which compares roots.
 */
export async function knownPeers(documents: number): Promise<KnownPeers> {
  const stores = { server: memoryStore({ name: "server" }), client: memoryStore({ name: "client" }) }
  // A store gets what it is born with when a replica first opens it.
  await (await openNotes(stores.client, budgetBytes)).close()
  const copied = await stores.client.open()
  const copying: Promise<void>[] = []
  const server = await openNotes(
    watchedStore(stores.server, batch => copying.push(copied.append({ documents: batch.documents }))),
    budgetBytes
  )
  await writeNotes(server, 0, documents)
  await server.close()
  await Promise.all(copying)
  await copied.close()
  const peers = await open(stores)
  await remember(peers.server, peers.client)
  await remember(peers.client, peers.server)
  return peers
}

async function open(stores: { readonly server: Store; readonly client: Store }): Promise<KnownPeers> {
  const server = await openNotes(stores.server, budgetBytes)
  const client = await openNotes(stores.client, budgetBytes)
  const close = async () => {
    await server.close()
    await client.close()
  }
  const reopen = async () => {
    await close()
    return open(stores)
  }
  return { server, client, reopen, close }
}

async function remember(replica: Replica, peer: Replica): Promise<void> {
  const { epoch, end } = peer.host
  await replica.host.savePeerCursor({ epoch, position: end.position, logHash: end.hash })
}
