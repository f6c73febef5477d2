import type { Connection } from "../link/transport.ts"
import type { VirtualTime } from "./virtual-time.ts"

/** A connection that puts so many bytes on the wire in a millisecond, in the order they were sent; the others wait before it. */
export function slowConnection(connection: Connection, time: VirtualTime, bytesPerMs: number): Connection {
  let freeAtMs = 0
  let waiting = 0
  return {
    send: (message, owned) => {
      const bytes = message.length
      waiting += bytes
      freeAtMs = Math.max(freeAtMs, time.nowMs()) + bytes / bytesPerMs
      time.schedule(freeAtMs - time.nowMs(), () => {
        waiting -= bytes
        connection.send(message, owned)
      })
    },
    get bufferedBytes() {
      return waiting + connection.bufferedBytes
    },
    onMessage: listener => connection.onMessage(listener),
    onClose: listener => connection.onClose(listener),
    close: closed => connection.close(closed)
  }
}
