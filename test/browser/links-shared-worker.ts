// A replica in a shared worker of the browser, to which every tab links over a port of its own.
import { acceptMessagePort, type MessagePortLike } from "@syncline/adapters/messageport"
import { memoryStore, openReplica } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"

/** What is used of the worker's scope. Ports come as soon as it runs, so the replica is not waited for first. */
const scope = globalThis as unknown as {
  addEventListener(
    type: "connect",
    listener: (event: { readonly ports: readonly MessagePortLike[] }) => void
  ): void
}
const opening = openReplica({ store: memoryStore(), engine: yjs() })

scope.addEventListener("connect", ({ ports: [port] }) => {
  if (port === undefined) return
  void opening.then(replica => acceptMessagePort(port, connection => replica.accept(connection)))
})
