import type { Connection } from "@syncline/core"
import type { MessagePortLike } from "./message-port-like.ts"
import { PortLine } from "./port-line.ts"

/** How connections over a port are taken in. */
export interface AcceptMessagePortOptions {
  /** Connections over this port at a time; beyond it they are refused. Default 16. */
  readonly maxConnections?: number
  /** Hears what `accept` throws; the connection concerned is refused. Default: nobody. */
  readonly onError?: (error: unknown) => void
}

/**
 * Answers at the other end of a port: `acceptMessagePort(port, connection => replica.accept(connection))`. In a dedicated
 * worker the port is `self`, in a shared one `event.ports[0]` of each `connect`, in Node's `parentPort`.
 *
 * Returns the way to stop: open connections end as `going-away`, and the port is left alone.
 */
export function acceptMessagePort(
  port: MessagePortLike,
  accept: (connection: Connection) => void,
  options: AcceptMessagePortOptions = {}
): () => void {
  const line = new PortLine(port, {
    onOpen: id => {
      // Asked twice: we were heard too late.
      if (line.get(id) !== undefined) return line.post({ syncline: "opened", id })
      if (line.size >= (options.maxConnections ?? 16))
        return line.post({
          syncline: "close",
          id,
          reason: "flow-control",
          message: "too many connections over this port"
        })
      line.post({ syncline: "opened", id })
      const connection = line.add(id, () => {})
      try {
        accept(connection)
      } catch (error) {
        options.onError?.(error)
        connection.close({ reason: "internal", message: "the connection could not be accepted" })
      }
    }
  })
  line.hear()
  line.post({ syncline: "ready" })
  return () => {
    line.closeAll({ reason: "going-away", message: "nobody accepts here any more" })
    line.rest()
  }
}
