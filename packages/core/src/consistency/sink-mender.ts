import { isSynclineError } from "@syncline/clock"
import { collectionOf, parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { toSinkWrite } from "../projection/projection-step.ts"
import type { DurableDocument, ProjectionSource } from "../projection/projection-source.ts"
import type { SinkRecord, SinkRepair, SinkRepairOutcome, SinkSession, SinkWrite } from "../projection/sink.ts"
import { classify, type Finding } from "./finding.ts"
import type { RepairOperation } from "./repair-report.ts"

interface Plan {
  readonly finding: Finding
  readonly write: SinkWrite | undefined
}

/** Mends findings of one sink, a few at a time. */
export class SinkMender {
  readonly #source: ProjectionSource
  readonly #sink: string
  readonly #session: SinkSession | undefined

  constructor(source: ProjectionSource, sink: string, session: SinkSession | undefined) {
    this.#source = source
    this.#sink = sink
    this.#session = session
  }

  /** Plans, swaps, reads back. Never rejected: what fails is in the outcomes. */
  async mend(findings: readonly Finding[]): Promise<readonly RepairOperation[]> {
    const plans = await Promise.all(findings.map(finding => this.#plan(finding)))
    const ready = plans.filter(plan => "write" in plan)
    const failed = plans.filter(plan => "outcome" in plan)
    try {
      return [...failed, ...(await this.#execute(ready))]
    } catch (error) {
      return [...failed, ...ready.map(({ finding }) => this.#failure(finding, messageOf(error)))]
    }
  }

  async #plan(finding: Finding): Promise<Plan | RepairOperation> {
    try {
      const session = this.#open()
      const document = await this.#capture(session, finding.id)
      return { finding, write: document && (await toSinkWrite(session, document)) }
    } catch (error) {
      return this.#failure(finding, messageOf(error))
    }
  }

  async #execute(plans: readonly Plan[]): Promise<readonly RepairOperation[]> {
    if (plans.length === 0) return []
    const session = this.#open()
    const outcomes = await session.repair(plans.map(toRepair))
    const records = await session.read(plans.map(({ finding }) => finding.id))
    const byId = new Map(records.map(record => [record.id, record]))
    return Promise.all(
      plans.map((plan, index) => this.#judge(session, plan, outcomes[index], byId.get(plan.finding.id)))
    )
  }

  async #judge(
    session: SinkSession,
    { finding, write }: Plan,
    outcome: SinkRepairOutcome | undefined,
    record: SinkRecord | undefined
  ): Promise<RepairOperation> {
    const action = write === undefined ? "remove" : "write"
    const done = { sink: this.#sink, id: finding.id, class: finding.class, action } as const
    // Captured again: a commit that went in meanwhile makes the record newer than what was written here, and right.
    const right =
      classify(write?.document, record, session) === "consistent" ||
      classify(await this.#capture(session, finding.id), record, session) === "consistent"
    if (right) return { ...done, outcome: outcome === "swapped" ? "mended" : "already-right" }
    const reason =
      outcome === "swapped"
        ? "it was written and is not what was written; look for somebody else writing to this sink, and verify again"
        : "it changed since it was verified; verify again"
    return { ...done, outcome: "failed", reason }
  }

  /** The document behind an id, if there is one and this sink takes it. */
  async #capture(session: SinkSession, id: string): Promise<DurableDocument | undefined> {
    try {
      const parsed = parseDocumentId(id)
      const covered = session.collections?.has(collectionOf(parsed)) ?? true
      return covered ? await this.#source.capture(parsed) : undefined
    } catch (error) {
      if (isSynclineError(error, "document-id-invalid")) return undefined
      throw error
    }
  }

  #open(): SinkSession {
    if (this.#session !== undefined) return this.#session
    throw coreError("sink-failed", `sink ${this.#sink} cannot be reached; repair again when it can`)
  }

  #failure(finding: Finding, reason: string): RepairOperation {
    const action = finding.class === "orphan" ? "remove" : "write"
    return { sink: this.#sink, id: finding.id, class: finding.class, action, outcome: "failed", reason }
  }
}

function toRepair({ finding: { id, token }, write }: Plan): SinkRepair {
  return { id, token, write }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
