import type { Finding, RecordClass } from "./finding.ts"
import { findingCount, type SinkReport } from "./verify-report.ts"

/** Counts what a verification sees in one sink. */
export class SinkTally {
  readonly #sink: string
  readonly #maxFindings: number
  readonly #findings: Finding[] = []
  readonly #counts: Record<RecordClass, number> = {
    consistent: 0,
    stale: 0,
    ahead: 0,
    concurrent: 0,
    missing: 0,
    orphan: 0,
    mismatch: 0,
    unreadable: 0
  }
  #pending = 0
  #unconfirmed = 0
  #parked = 0
  #total = 0
  #found = 0

  /** `from`: what was seen before, its listed findings left out, for they are to be looked at again. */
  constructor(sink: string, maxFindings: number, from?: SinkReport) {
    this.#sink = sink
    this.#maxFindings = maxFindings
    if (from === undefined) return
    Object.assign(this.#counts, from.counts)
    for (const finding of from.findings) this.#counts[finding.class]--
    this.#pending = from.pending
    this.#unconfirmed = from.unconfirmed ?? 0
    this.#parked = from.parked
    this.#found = findingCount({ counts: this.#counts })
    this.#total = this.#counts.consistent + this.#found + this.#pending + this.#parked
  }

  /** Documents and records seen so far. */
  get checked(): number {
    return this.#total
  }

  /** Differences found so far. */
  get found(): number {
    return this.#found
  }

  /** Of these, records that no document explains. */
  get orphans(): number {
    return this.#counts.orphan
  }

  consistent(count: number): void {
    this.#counts.consistent += count
    this.#total += count
  }

  /** One that the sink was not due to have; `unconfirmed`: although it had changed before the verification began. */
  pending(unconfirmed: boolean): void {
    this.#pending++
    this.#total++
    if (unconfirmed) this.#unconfirmed++
  }

  parked(): void {
    this.#parked++
    this.#total++
  }

  add(finding: Finding): void {
    this.#counts[finding.class]++
    this.#total++
    this.#found++
    if (this.#findings.length < this.#maxFindings) this.#findings.push(finding)
  }

  /** Keeps what was seen until now; called later, it gives that. */
  snapshot(): () => SinkReport {
    const now = this.report()
    const listed = this.#findings.length
    // Findings are only ever added: copying them now, page by page, would be for nothing.
    return () => ({ ...now, findings: this.#findings.slice(0, listed) })
  }

  /** What there is to report by now: with what it means, or with why it means nothing. */
  report({ coverage, error }: Pick<SinkReport, "coverage" | "error"> = {}): SinkReport {
    return {
      sink: this.#sink,
      ...(coverage === undefined ? {} : { coverage }),
      counts: { ...this.#counts },
      pending: this.#pending,
      ...(this.#unconfirmed === 0 ? {} : { unconfirmed: this.#unconfirmed }),
      parked: this.#parked,
      findings: this.#findings,
      truncated: this.#found > this.#findings.length,
      ...(error === undefined ? {} : { error })
    }
  }
}
