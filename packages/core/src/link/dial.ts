import { coreError } from "../errors/core-error.ts"
import type { TimerPort } from "../ports/ports.ts"
import { withinTime } from "../ports/within-time.ts"
import type { Connection, Transport } from "./transport.ts"

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
  try {
    return await withinTime(() => dialed, {
      timers,
      timeoutMs,
      late: () => {
        throw coreError("link-closed", `connecting to ${transport.name} took longer than ${timeoutMs} ms`, {
          details: { closeReason: "timeout" }
        })
      },
      unless: {
        signal: attempt.signal,
        error: () => coreError("aborted", `connecting to ${transport.name} was cancelled`)
      }
    })
  } catch (error) {
    attempt.abort()
    dialed.then(
      connection => connection.close({ reason: "timeout", message: "connected when nobody waited any more" }),
      () => {}
    )
    throw error
  }
}
