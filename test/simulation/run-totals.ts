import {
  allFaults,
  type FaultKind,
  faultKinds,
  type SimulationReport,
  unfiredFaults
} from "@syncline/core/testing"
import { scenarios } from "./scenarios.ts"

/** What the histories of one scenario came to so far. */
export class RunTotals {
  readonly failures: string[] = []
  histories = 0
  readonly #name: string
  readonly #fired = Object.fromEntries(faultKinds.map(kind => [kind, 0])) as Record<FaultKind, number>
  readonly #events: Record<string, number> = {}
  readonly #machines: Record<string, number> = {}
  #steps = 0
  #commits = 0
  #messages = 0
  #longestHealMs = 0

  constructor(name: string) {
    this.#name = name
  }

  add(report: SimulationReport): void {
    this.histories += report.histories
    this.#steps += report.steps
    this.#commits += report.commits
    this.#messages += report.messages
    this.#longestHealMs = Math.max(this.#longestHealMs, report.longestHealMs)
    addCounts(this.#fired, report.fired)
    addCounts(this.#events, report.events)
    addCounts(this.#machines, report.machines)
  }

  /** Faults that have a rate and did not come about. */
  get silent(): readonly FaultKind[] {
    return unfiredFaults(scenarios.get(this.#name)?.faults ?? allFaults, this.#fired)
  }

  lines(): readonly string[] {
    const { histories, failures } = this
    return [
      `${this.#name}: ${histories} histories without a violation, ${failures.length} with one; ${this.#steps} steps, ` +
        `${this.#commits} commits, ${this.#messages} messages, healed within ${Math.round(this.#longestHealMs)} virtual ms`,
      `  machines ${shown(this.#machines)}`,
      `  faults ${shown(this.#fired)}`,
      `  events ${shown(this.#events)}`,
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
