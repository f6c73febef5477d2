import { throwIfAborted } from "../projection/position-waiters.ts"
import type { TrackingRound } from "../tracking/sink-tracking.ts"
import type { SinkLook } from "./sink-look.ts"
import { isClean, type SinkReport } from "./verify-report.ts"
import type { VerifyOptions } from "./verify-options.ts"

/**
 * Begins a round where a verification, if it finds nothing, shows everything in a sink to be right, so that verifications by the tree may go on from it. One
 * that goes on from a token was begun at another time.
 */
export async function beginRound(look: SinkLook): Promise<TrackingRound | undefined> {
  const { session, answers, options, begun, sink, source } = look
  const { tracking } = session
  if (tracking === undefined || begun !== undefined || !readsEverything(options)) return undefined
  try {
    return await answers.to(() => tracking.begin())
  } catch (error) {
    throwIfAborted(options.signal)
    source.ports.logger.warn(
      `sink ${sink}: no round could be begun; this verification is none to go on from`,
      {
        sink,
        error
      }
    )
    return undefined
  }
}

/** Lets verifications by the tree go on from this one, if it found nothing and left nothing open. Failing to fails nothing. */
export async function acceptRound(
  { answers, options, sink, source }: SinkLook,
  round: TrackingRound | undefined,
  report: SinkReport
): Promise<void> {
  if (round === undefined || !isClean(report) || report.pending > 0) return
  try {
    await answers.to(async ({ tracking }) => tracking?.accept(round))
  } catch (error) {
    throwIfAborted(options.signal)
    source.ports.logger.warn(`sink ${sink}: that everything is right could not be kept`, { sink, error })
  }
}

function readsEverything({ mode, collections, contents }: VerifyOptions): boolean {
  return (mode === undefined || mode.kind === "full") && collections === undefined && contents !== false
}
