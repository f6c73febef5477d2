import { isSynclineError } from "@syncline/clock"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import { findingCount, type VerifyReport } from "../consistency/verify-report.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { Meter } from "../ports/meter.ts"
import { quietMeter } from "../ports/quiet-meter.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { Projector } from "../projection/projector.ts"
import { sinkMetrics } from "../projection/sink-metrics.ts"
import type { SinkEvent } from "../projection/sink-event.ts"
import type { RepairOptions } from "../repair/repair-found.ts"
import type { RepairAdoption, RepairHost } from "../repair/repair-host.ts"
import type { RepairOperation, RepairOutcome, RepairReport } from "../repair/repair-report.ts"

const verifying = new DeferredPart("verification", () => import("../consistency/verify.ts"))
const repairing = new DeferredPart("repair", () => import("../repair/repair-found.ts"))

/** What checking and mending works with. */
export interface CheckedParts {
  readonly source: ProjectionSource
  /** Those that are fed at the moment. */
  readonly sinks: () => readonly Projector[]
  readonly adoption: RepairAdoption
  readonly emit: (event: SinkEvent) => void
}

/** Verification and repair of some sinks, told as events. */
export class CheckedSinks {
  readonly #parts: CheckedParts
  readonly #meter: Meter | undefined

  constructor(parts: CheckedParts) {
    const { meter, logger } = parts.source.ports
    this.#parts = parts
    this.#meter = meter && quietMeter(meter, logger)
  }

  /** What repair works with; `beforehand` is awaited before each verification. */
  host(beforehand: () => Promise<void> = () => Promise.resolve()): RepairHost {
    const { source, sinks, adoption } = this.#parts
    const verified = async (options: VerifyOptions = {}): Promise<VerifyReport> => {
      await beforehand()
      return this.verify(options)
    }
    const tellRepaired = (operations: readonly RepairOperation[]): void => this.#tellRepaired(operations)
    return { source, targets: sinks(), verify: verified, tellRepaired, ...adoption }
  }

  /** As `verify`; tells of each sink that is not right. */
  async verify(options: VerifyOptions): Promise<VerifyReport> {
    const { source, sinks, emit } = this.#parts
    const report = await verifying.use(({ verify }) => verify(source, sinks(), options))
    for (const { sink, counts } of report.sinks) {
      if (findingCount({ counts }) > 0) emit({ type: "inconsistent", sink, counts })
      for (const [name, count] of Object.entries(counts))
        if (count > 0) this.#meter?.add(sinkMetrics.verified, count, { sink, class: name })
    }
    return report
  }

  /** As `repairFound`. */
  repair(report: VerifyReport, options: RepairOptions): Promise<RepairReport> {
    return repairing.use(({ repairFound }) => repairFound(this.host(), report, options))
  }

  /** Verifies everything and repairs what is not right. A failure is a warning: the next time comes. */
  async reconcile(signal: AbortSignal): Promise<void> {
    try {
      const report = await this.verify({ signal })
      if (!report.clean) await this.repair(report, { signal })
    } catch (error) {
      if (isSynclineError(error, "aborted")) return
      const sinks = this.#parts.sinks().map(({ name }) => name)
      this.#parts.source.ports.logger.warn(`sink ${sinks.join(", ")}: reconciling failed`, { sinks, error })
    }
  }

  /** Of each sink where something was to be mended. */
  #tellRepaired(operations: readonly RepairOperation[]): void {
    const { sinks, emit } = this.#parts
    for (const { name: sink } of sinks()) {
      const counts: Partial<Record<RepairOutcome, number>> = {}
      for (const each of operations)
        if (each.sink === sink) counts[each.outcome] = (counts[each.outcome] ?? 0) + 1
      const { mended = 0, adopted = 0, failed = 0, refused = 0 } = counts
      if (mended + adopted + failed + refused > 0)
        emit({ type: "repaired", sink, mended, adopted, failed: failed + refused })
      for (const [outcome, count] of Object.entries(counts))
        this.#meter?.add(sinkMetrics.repaired, count, { sink, outcome })
    }
  }
}
