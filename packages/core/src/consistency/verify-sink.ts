import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { abortedError, throwIfAborted } from "../projection/position-waiters.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import { unreachableSink } from "../projection/unreachable-sink.ts"
import { keepCleanMark } from "./clean-mark.ts"
import { cover } from "./cover-sink.ts"
import { mustContinue } from "./resume-token.ts"
import { SinkLook, type SinkRun } from "./sink-look.ts"
import { SinkTally } from "./sink-tally.ts"
import { acceptRound, beginRound } from "./tracked-round.ts"
import type { VerifyOptions } from "./verify-options.ts"
import { isClean, type SinkReport } from "./verify-report.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** Some hundred bytes each: a report stays in the megabytes. */
const defaultMaxFindings = 10_000
const defaultCatchUpMs = 10_000

/**
 * Verifies one sink.
 *
 * @throws SynclineError `aborted`, `verification-stale`; any other failure is reported.
 */
export async function verifySink(
  source: ProjectionSource,
  target: VerifyTarget,
  run: SinkRun
): Promise<SinkReport> {
  const { options, begun, tokenOf } = run
  const tally = new SinkTally(target.name, options.maxFindings ?? defaultMaxFindings, begun?.seen)
  let look: SinkLook | undefined
  try {
    await catchUp(source, target, options)
    const { session } = target
    if (session === undefined) throw unreachableSink(target, "verify again when it can")
    if (begun !== undefined) mustContinue(begun, session)
    look = new SinkLook(source, target, session, tally, run)
    if (begun !== undefined) await look.atIds(begun.seen.findings.map(({ id }) => id))
    const round = await beginRound(look)
    const report = tally.report({ coverage: await cover(look) })
    await acceptRound(look, round, report)
    if (isClean(report) && provesClean(options))
      await keepCleanMark(source, target.name, session, look.position)
    return report
  } catch (error) {
    const place = look?.place ?? begun
    if (options.signal?.aborted === true)
      throw place === undefined
        ? abortedError(options.signal)
        : resumable(options.signal, tokenOf(place, false))
    if (isSynclineError(error, "verification-stale")) throw error
    // While nothing is written, nobody else would hear of it.
    if (isSynclineError(error, "sink-fenced") && look !== undefined) target.onLost?.(look.session, error)
    return {
      ...tally.report({ error: error instanceof Error ? error : new Error(String(error)) }),
      ...(place === undefined ? {} : { resume: tokenOf(place, true) })
    }
  }
}

function resumable(signal: AbortSignal, resume: string): Error {
  return coreError(
    "aborted",
    "the verification was cancelled by its signal; details.resume goes on with it",
    {
      cause: signal.reason,
      details: { resume }
    }
  )
}

/** A sink that does not catch up in time is verified as it is: what it is not due to have is told apart later. */
async function catchUp(
  { ports }: ProjectionSource,
  target: VerifyTarget,
  { signal, catchUpMs }: VerifyOptions
): Promise<void> {
  throwIfAborted(signal)
  // Not running: there is nothing to wait for.
  if (["paused", "failed", "closed"].includes(target.status.state)) return
  const late = new AbortController()
  const cancel = ports.timers.schedule(catchUpMs ?? defaultCatchUpMs, () => late.abort())
  try {
    await target.drain(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]))
  } catch (error) {
    if (!late.signal.aborted) throw error
  } finally {
    cancel()
  }
}

/** Whether, if nothing is found, every document was looked at since it last changed. */
function provesClean({ mode, collections, contents }: VerifyOptions): boolean {
  if (collections !== undefined || contents === false) return false
  if (mode?.kind === "documents") return "changedSince" in mode && mode.changedSince === "last-clean"
  return mode === undefined || mode.kind === "full"
}
