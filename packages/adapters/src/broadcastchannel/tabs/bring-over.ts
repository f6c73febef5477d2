import { memoryTransport, type Replica } from "@syncline/core"
import type { TimerPort } from "@syncline/core"

/**
 * Has one replica of this process take over what another one has, until both are equal.
 *
 * @throws SynclineError `aborted`, `link-closed`; Error where they stay different
 */
export async function bringOver(
  left: Replica,
  replica: Replica,
  timers: TimerPort,
  signal: AbortSignal
): Promise<void> {
  const link = left.connect(memoryTransport(timers, connection => replica.accept(connection)))
  try {
    await Promise.race([
      link.synced(signal),
      new Promise<never>((_, reject) => {
        link.onProblem(problem => {
          if (problem.kind === "diverged") reject(new Error("the two replicas stay different"))
        })
      })
    ])
  } finally {
    link.close()
  }
}
