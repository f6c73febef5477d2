import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import type { Connection, Transport } from "./transport.ts"
import { withinTime } from "./within-time.ts"

/**
 * Makes a connection within that time, also where the transport pays no heed to its signal. What comes too late is closed.
 *
 * @throws SynclineError `link-closed` when none came in time, `aborted` when `attempt` did first; what the transport throws
 */
export async function dial(
  transport: Transport,
  attempt: AbortController,
  timers: TimerPort,
  timeoutMs: number
): Promise<Connection> {
  const dialed = transport.connect(attempt.signal)
  let isWaitedFor = true
  dialed.then(
    connection => {
      if (!isWaitedFor)
        connection.close({ reason: "timeout", message: "connected when nobody waited any more" })
    },
    () => {}
  )
  try {
    return await withinTime(dialed, {
      timers,
      timeoutMs,
      signal: attempt.signal,
      late: () =>
        coreError("link-closed", `connecting to ${transport.name} took longer than ${timeoutMs} ms`, {
          details: { closeReason: "timeout" }
        }),
      aborted: () => coreError("aborted", `connecting to ${transport.name} was cancelled`)
    })
  } catch (error) {
    isWaitedFor = false
    attempt.abort()
    throw error
  }
}
