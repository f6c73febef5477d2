import type { Finding, RecordClass } from "./finding.ts"
import type { SinkReport } from "./verify-report.ts"

/** Counts what a verification sees in one sink. */
export class SinkTally {
  readonly #sink: string
  readonly #maxFindings: number
  readonly #findings: Finding[] = []
  readonly #counts: Record<RecordClass, number> = {
    consistent: 0,
    stale: 0,
    ahead: 0,
    missing: 0,
    orphan: 0,
    mismatch: 0,
    unreadable: 0
  }
  #pending = 0
  #parked = 0
  #total = 0
  #found = 0

  constructor(sink: string, maxFindings: number) {
    this.#sink = sink
    this.#maxFindings = maxFindings
  }

  /** Documents and records seen so far. */
  get checked(): number {
    return this.#total
  }

  /** Differences found so far. */
  get found(): number {
    return this.#found
  }

  consistent(count: number): void {
    this.#counts.consistent += count
    this.#total += count
  }

  pending(): void {
    this.#pending++
    this.#total++
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

  report(error?: Error): SinkReport {
    return {
      sink: this.#sink,
      counts: { ...this.#counts },
      pending: this.#pending,
      parked: this.#parked,
      findings: this.#findings,
      truncated: this.#found > this.#findings.length,
      ...(error === undefined ? {} : { error })
    }
  }
}
