/** What there is to say of a report of some histories. */
export interface ReportSummary {
  readonly histories: number
  /** What is summed up. */
  readonly sums: Readonly<Record<string, number>>
  /** The longest that it took to heal, or to come to rest; virtual milliseconds. */
  readonly longestMs: number
  readonly fired: Readonly<Record<string, number>>
  /** Other counts, by what they are of. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>
}

/** What the histories of one scenario came to so far. */
export class RunTotals<Report> {
  readonly failures: string[] = []
  histories = 0
  readonly #name: string
  readonly #rates: Readonly<Record<string, number>>
  readonly #summarize: (report: Report) => ReportSummary
  readonly #sums: Record<string, number> = {}
  readonly #fired: Record<string, number> = {}
  readonly #counts: Record<string, Record<string, number>> = {}
  #longestMs = 0

  /** `rates` of the scenario's faults: each that has one must come about. */
  constructor(
    name: string,
    rates: Readonly<Record<string, number>>,
    summarize: (report: Report) => ReportSummary
  ) {
    this.#name = name
    this.#rates = rates
    this.#summarize = summarize
  }

  add(report: Report): void {
    const { histories, sums, longestMs, fired, counts } = this.#summarize(report)
    this.histories += histories
    this.#longestMs = Math.max(this.#longestMs, longestMs)
    addCounts(this.#sums, sums)
    addCounts(this.#fired, fired)
    for (const [what, counted] of Object.entries(counts)) addCounts((this.#counts[what] ??= {}), counted)
  }

  /** Faults that have a rate and did not come about. */
  get silent(): readonly string[] {
    return Object.keys(this.#rates).filter(kind => (this.#rates[kind] ?? 0) > 0 && !this.#fired[kind])
  }

  lines(): readonly string[] {
    const { histories, failures } = this
    const sums = Object.entries(this.#sums).map(([what, sum]) => `${sum} ${what}`)
    return [
      `${this.#name}: ${histories} histories without a violation, ${failures.length} with one; ${sums.join(", ")}, ` +
        `at rest within ${Math.round(this.#longestMs)} virtual ms`,
      `  faults ${shown(this.#fired)}`,
      ...Object.entries(this.#counts).map(([what, counted]) => `  ${what} ${shown(counted)}`),
      ...failures.map(failure => `  FAILED ${failure}`),
      ...(this.silent.length === 0 ? [] : [`  SILENT ${this.silent.join(", ")}: run more histories`])
    ]
  }
}

function addCounts(total: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count
}

function shown(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(", ")
}
