import { isSynclineError } from "@syncline/clock"
import { findingCount } from "../consistency/verify-report.ts"
import type { SinkReport } from "../consistency/verify-report.ts"
import { collectionOf } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { Projector } from "../projection/projector.ts"
import type { SinkGroupHost } from "../projection/sink-group.ts"
import { unreachableSink } from "../projection/unreachable-sink.ts"

/** A page of heads, held while it is counted. */
const pageSize = 1000
/** Of what changed while it was verified, and then of what changed meanwhile: beside steady writers it never ends. */
const maxRounds = 3

/** The sink that is to serve, as a migration works with it. */
export class NewSink {
  readonly #host: Pick<SinkGroupHost, "source" | "verify">
  readonly #projector: Projector

  constructor(host: Pick<SinkGroupHost, "source" | "verify">, projector: Projector) {
    this.#host = host
    this.#projector = projector
  }

  /** Names the filling: another generation or mapping is another one. `undefined` while it cannot be reached. */
  get filling(): string | undefined {
    const { session } = this.#projector
    return session === undefined ? undefined : `${session.generation}.${session.projection}`
  }

  /** Documents it has yet to be given up to a log position. Waits until it can be reached. */
  async missing(through: number, signal: AbortSignal): Promise<number> {
    await this.reach(0, signal)
    const session = this.#projector.session
    const wanted = session?.collections
    let after = session?.watermark.position ?? 0
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
   * Compares it with the documents: all of them, then those that changed meanwhile.
   *
   * @returns what is wrong, if anything.
   * @throws SynclineError `aborted`; `sink-failed` where it could not be read.
   */
  async problem(acceptParked: boolean, signal: AbortSignal): Promise<string | undefined> {
    for (let round = 0, since: number | undefined; round < maxRounds; round++) {
      const started = this.#host.source.end.position
      const mode = since === undefined ? undefined : ({ kind: "documents", changedSince: since } as const)
      const { sinks } = await this.#host.verify(this.#projector.name, {
        signal,
        maxFindings: 1,
        ...(mode === undefined ? {} : { mode })
      })
      const [report] = sinks
      if (report === undefined) throw unreachableSink(this.#projector, "it is verified again when it can")
      const problem = problemOf(report, acceptParked)
      if (problem !== undefined || report.pending === 0) return problem
      // What it was not due to have is not verified yet.
      await this.drain(signal)
      since = started
    }
    return undefined
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
