/** One claim of the tour, and whether it held. */
export interface Check {
  readonly step: string
  readonly claim: string
  readonly holds: boolean
}

/** A line of the closing table. */
export interface SummaryRow {
  readonly what: string
  readonly figure: string
  /** `skipped`: the step could not run here, and said why. */
  readonly outcome: "checked" | "failed" | "skipped"
}

/** Everything the tour claimed, in order. What it prints as true went through here. */
export class Ledger {
  readonly #checks: Check[] = []
  readonly #rows: { readonly step: string; readonly what: string; readonly figure: string }[] = []
  readonly #skipped = new Set<string>()
  #step = "start"

  /** The step that checks belong to from now on. */
  begin(step: string): void {
    this.#step = step
  }

  /** Records a claim and gives back whether it held. */
  check(claim: string, holds: boolean): boolean {
    this.#checks.push({ step: this.#step, claim, holds })
    return holds
  }

  /** Records a figure of this step for the closing table. */
  figure(what: string, figure: string): void {
    this.#rows.push({ step: this.#step, what, figure })
  }

  /** Records that this step cannot run here. */
  skip(): void {
    this.#skipped.add(this.#step)
    this.figure(this.#step, "skipped")
  }

  get checks(): readonly Check[] {
    return this.#checks
  }

  get failures(): readonly Check[] {
    return this.#checks.filter(({ holds }) => !holds)
  }

  /** A figure counts as checked only if its step checked something and all of it held. */
  get summary(): readonly SummaryRow[] {
    return this.#rows.map(({ step, what, figure }) => ({ what, figure, outcome: this.#outcome(step) }))
  }

  #outcome(step: string): SummaryRow["outcome"] {
    const checks = this.#checks.filter(check => check.step === step)
    if (checks.some(({ holds }) => !holds)) return "failed"
    if (this.#skipped.has(step)) return "skipped"
    return checks.length === 0 ? "failed" : "checked"
  }
}
