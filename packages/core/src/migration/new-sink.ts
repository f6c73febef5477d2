import { isSynclineError } from "@syncline/clock"
import { findingCount } from "../consistency/verify-report.ts"
import type { SinkReport } from "../consistency/verify-report.ts"
import { collectionOf } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { Projector } from "../projection/projector.ts"
import type { SinkGroupHost } from "../projection/sink-group.ts"
import type { SinkSession } from "../projection/sink.ts"
import { unreachableSink } from "../projection/unreachable-sink.ts"

/** A page of heads, held while it is counted. */
const pageSize = 1000
/** Of everything, then of what it was not due to have; a sink that is behind each time is one that cannot be verified now. */
const maxRounds = 3
/** Ids held; where more are left, everything is verified again. */
const maxListed = 10_000
/** As long as it takes a sink whose rows are made by a service; what ends the phase ends the waiting. */
const catchUpMs = 3_600_000

/** The sink that is to serve, as a migration works with it. */
export class NewSink {
  readonly #host: Pick<SinkGroupHost, "source" | "verify">
  readonly #projector: Projector

  constructor(host: Pick<SinkGroupHost, "source" | "verify">, projector: Projector) {
    this.#host = host
    this.#projector = projector
  }

  /** Its open session; `undefined` while it cannot be reached. */
  get session(): SinkSession | undefined {
    return this.#projector.session
  }

  /** Names the filling: another generation or mapping is another one. `undefined` while it cannot be reached. */
  get filling(): string | undefined {
    const { session } = this
    return session === undefined ? undefined : `${session.generation}.${session.projection}`
  }

  /** How far it is in the log. */
  get position(): number {
    return this.session?.watermark.position ?? 0
  }

  /** Documents it has yet to be given up to a log position. Waits until it can be reached. */
  async missing(through: number, signal: AbortSignal): Promise<number> {
    await this.reach(0, signal)
    const wanted = this.session?.collections
    let after = this.position
    let count = 0
    for (;;) {
      throwIfAborted(signal)
      const heads = await this.#host.source.changedSince(after, pageSize)
      const older = heads.filter(({ position }) => position <= through)
      count += older.filter(({ id }) => wanted?.has(collectionOf(id)) ?? true).length
      if (older.length < pageSize) return count
      after = older.at(-1)?.position ?? through
    }
  }

  /** Waits until it has everything up to a position. What passes by itself is waited out. */
  async reach(position: number, signal: AbortSignal): Promise<void> {
    for (;;)
      try {
        return await this.#projector.projected(position, { signal })
      } catch (error) {
        if (!isSynclineError(error, "projection-pending")) throw error
      }
  }

  /** Waits until it has everything that is durable now. */
  drain(signal: AbortSignal): Promise<void> {
    return this.#projector.drain(signal)
  }

  /**
   * Compares it with the documents: all of them, then those that it was not due to have, until none is left.
   *
   * @returns what is wrong, if anything; `undefined`: every document was found right.
   * @throws SynclineError `aborted`; `sink-failed` where it could not be read; `verification-unsure` where some were never due.
   */
  async problem(acceptParked: boolean, signal: AbortSignal): Promise<string | undefined> {
    let left: readonly string[] = []
    for (let round = 0; round < maxRounds; round++) {
      // By id: what changes again and again is passed over by what goes through the log.
      const isListed = left.length > 0 && left.length <= maxListed
      const [report, pending] = await this.#verified(isListed ? left : undefined, signal)
      const problem = problemOf(report, acceptParked)
      if (problem !== undefined || report.pending === 0) return problem
      // What it was not due to have is not verified yet.
      await this.drain(signal)
      left = pending
    }
    const { name } = this.#projector
    throw coreError(
      "verification-unsure",
      `sink ${name} was behind whenever some of the documents were looked at (first ${left[0] ?? "unknown"}); it is verified again`,
      { details: { sink: name } }
    )
  }

  /** The report, and the ids that are pending: all of them, or one more than can be listed. */
  async #verified(
    ids: readonly string[] | undefined,
    signal: AbortSignal
  ): Promise<readonly [report: SinkReport, pending: readonly string[]]> {
    const pending: string[] = []
    const { sinks } = await this.#host.verify(this.#projector.name, {
      signal,
      catchUpMs,
      maxFindings: 1,
      onPending: ({ id }) => {
        if (pending.length <= maxListed) pending.push(id)
      },
      ...(ids === undefined ? {} : { mode: { kind: "documents", ids } })
    })
    const [report] = sinks
    if (report === undefined) throw unreachableSink(this.#projector, "it is verified again when it can")
    return [report, pending]
  }
}

function problemOf(report: SinkReport, acceptParked: boolean): string | undefined {
  const { sink, error, parked, findings } = report
  if (error !== undefined)
    throw coreError("sink-failed", `sink ${sink} could not be verified: ${error.message}`, { cause: error })
  const wrong = findingCount(report)
  const [first] = findings
  if (wrong > 0)
    return `${wrong} of the records of sink ${sink} are not as their documents (first ${first?.id ?? "unknown"}: ${first?.class ?? "unknown"}); repair it, then retry`
  if (parked > 0 && !acceptParked)
    return `the mapping of sink ${sink} refuses ${parked} documents, see its status; mend the mapping and retry, or say acceptParked`
  return undefined
}
