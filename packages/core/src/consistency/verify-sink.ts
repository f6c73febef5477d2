import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { abortedError } from "../projection/position-waiters.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import { unlessAborted } from "../projection/unless-aborted.ts"
import { unreachableSink } from "../projection/unreachable-sink.ts"
import { CatchUp } from "./catch-up.ts"
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
 * @throws SynclineError `aborted`, as soon as the signal fires, and `verification-stale`; any other failure is reported.
 */
export async function verifySink(
  source: ProjectionSource,
  target: VerifyTarget,
  run: SinkRun
): Promise<SinkReport> {
  const { options, begun, tokenOf } = run
  const tally = new SinkTally(target.name, options.maxFindings ?? defaultMaxFindings, begun?.seen)
  const verification = new SinkRunner(source, target, run, tally)
  try {
    // Whatever it waits for, the store included.
    return await unlessAborted(verification.run(), options.signal)
  } catch (error) {
    const { look } = verification
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

/** From waiting for a sink to its report. */
class SinkRunner {
  readonly #source: ProjectionSource
  readonly #target: VerifyTarget
  readonly #run: SinkRun
  readonly #tally: SinkTally
  #look: SinkLook | undefined

  constructor(source: ProjectionSource, target: VerifyTarget, run: SinkRun, tally: SinkTally) {
    this.#source = source
    this.#target = target
    this.#run = run
    this.#tally = tally
  }

  /** Once the sink is looked at. */
  get look(): SinkLook | undefined {
    return this.#look
  }

  async run(): Promise<SinkReport> {
    const { begun, options } = this.#run
    const look = await this.#begin()
    if (begun !== undefined) await look.atIds(begun.seen.findings.map(({ id }) => id))
    const round = await beginRound(look)
    const report = this.#tally.report({ coverage: await cover(look) })
    await acceptRound(look, round, report)
    if (isClean(report) && provesClean(options))
      await keepCleanMark(this.#source, this.#target.name, look.session, look.position)
    return report
  }

  async #begin(): Promise<SinkLook> {
    const source = this.#source
    const target = this.#target
    const { begun, options } = this.#run
    const { position: begunAt } = source.end
    const maxMs = options.catchUpMs ?? defaultCatchUpMs
    const catchUp = new CatchUp(target, source.ports.timers, maxMs, options.signal)
    await catchUp.first()
    const { session } = target
    if (session === undefined) throw unreachableSink(target, "verify again when it can")
    if (begun !== undefined) mustContinue(begun, session)
    const look = new SinkLook(source, target, session, this.#run, { tally: this.#tally, catchUp, begunAt })
    this.#look = look
    return look
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

/** Whether, if nothing is found, every document was looked at since it last changed. */
function provesClean({ mode, collections, contents }: VerifyOptions): boolean {
  if (collections !== undefined || contents === false) return false
  if (mode?.kind === "documents") return "changedSince" in mode && mode.changedSince === "last-clean"
  return mode === undefined || mode.kind === "full"
}
