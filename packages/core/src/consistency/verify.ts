import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import { SinkTally } from "./sink-tally.ts"
import { SinkVerification } from "./sink-verification.ts"
import { isClean, type SinkReport, type VerifyReport } from "./verify-report.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** How far a verification has come. */
export interface VerifyProgress {
  readonly sink: string
  /** Documents and records looked at so far. */
  readonly checked: number
  readonly findings: number
}

/** What to verify, and how. */
export interface VerifyOptions {
  /** Names of the sinks; all when absent. */
  readonly sinks?: readonly string[]
  /** Only these collections; a record outside of them is not looked at. All when absent. */
  readonly collections?: readonly string[]
  /**
   * Reads every row and checks it against its seal. Default true. Without it, only the bookkeeping and the number of
   * rows are compared: several times faster, blind to a value changed in place.
   */
  readonly contents?: boolean
  /** Findings listed per sink; all are counted. Default 10,000. */
  readonly maxFindings?: number
  /** How long a sink is given to catch up first. What it lacks after that is pending. Default 10,000. */
  readonly catchUpMs?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: VerifyProgress) => void
}

/** Some hundred bytes each: a report stays in the megabytes. */
const defaultMaxFindings = 10_000
const defaultCatchUpMs = 10_000

/**
 * Compares every document with its record in every sink, and every record with its document.
 *
 * Safe beside writers: a difference is reported only after a second look at which the sink was due to be right. Memory is
 * bounded by a page and the findings listed.
 *
 * @throws SynclineError `aborted`, `projection-unknown-sink`; a failing sink is reported, the others are verified.
 */
export async function verify(
  source: ProjectionSource,
  targets: readonly VerifyTarget[],
  options: VerifyOptions = {}
): Promise<VerifyReport> {
  const { time } = source.ports
  const started = time.nowMs()
  const sinks: SinkReport[] = []
  for (const target of chosen(targets, options.sinks)) sinks.push(await verifySink(source, target, options))
  return {
    contents: options.contents ?? true,
    sinks,
    durationMs: time.nowMs() - started,
    clean: sinks.every(isClean)
  }
}

async function verifySink(
  source: ProjectionSource,
  target: VerifyTarget,
  options: VerifyOptions
): Promise<SinkReport> {
  const tally = new SinkTally(target.name, options.maxFindings ?? defaultMaxFindings)
  try {
    await catchUp(source, target, options)
    const { session } = target
    if (session === undefined)
      throw coreError("sink-failed", `sink ${target.name} cannot be reached; verify again when it can`, {
        cause: target.status.lastError
      })
    const verification = new SinkVerification(source, target, session, tally, options)
    for (const collection of options.collections ?? [undefined]) await verification.run(collection)
    return tally.report()
  } catch (error) {
    throwIfAborted(options.signal)
    return tally.report(error instanceof Error ? error : new Error(String(error)))
  }
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

function chosen(
  targets: readonly VerifyTarget[],
  names: readonly string[] | undefined
): readonly VerifyTarget[] {
  if (names === undefined) return targets
  return names.map(name => {
    const target = targets.find(each => each.name === name)
    if (target !== undefined) return target
    const known = targets.map(each => `"${each.name}"`).join(", ")
    throw coreError("projection-unknown-sink", `there is no sink "${name}"; there are: ${known || "none"}`)
  })
}
