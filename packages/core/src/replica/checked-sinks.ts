import { isSynclineError } from "@syncline/clock"
import { type RepairOptions, repair } from "../consistency/repair.ts"
import type { RepairReport } from "../consistency/repair-report.ts"
import { verify } from "../consistency/verify.ts"
import type { VerifyOptions } from "../consistency/verify-options.ts"
import { findingCount, type VerifyReport } from "../consistency/verify-report.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { Projector } from "../projection/projector.ts"
import { sinkMetrics } from "../projection/sink-metrics.ts"
import type { SinkEvent } from "../projection/sink-event.ts"

/** Verification and repair of some sinks, told as events. */
export class CheckedSinks {
  readonly #source: ProjectionSource
  readonly #sinks: readonly Projector[]
  readonly #emit: (event: SinkEvent) => void

  constructor(source: ProjectionSource, sinks: readonly Projector[], emit: (event: SinkEvent) => void) {
    this.#source = source
    this.#sinks = sinks
    this.#emit = emit
  }

  /** As `verify`; tells of each sink that is not right. */
  async verify(options: VerifyOptions): Promise<VerifyReport> {
    const report = await verify(this.#source, this.#sinks, options)
    for (const { sink, counts } of report.sinks) {
      if (findingCount({ counts }) > 0) this.#emit({ type: "inconsistent", sink, counts })
      for (const [name, count] of Object.entries(counts))
        if (count > 0) this.#source.ports.meter?.add(sinkMetrics.verified, count, { sink, class: name })
    }
    return report
  }

  /** As `repair`; tells of each sink where something was to be mended. */
  async repair(report: VerifyReport, options: RepairOptions): Promise<RepairReport> {
    const repaired = await repair(this.#source, this.#sinks, report, options)
    for (const { name: sink } of this.#sinks) {
      const counts = new Map<string, number>()
      for (const each of repaired.operations)
        if (each.sink === sink) counts.set(each.outcome, (counts.get(each.outcome) ?? 0) + 1)
      const [mended = 0, failed = 0, refused = 0] = ["mended", "failed", "refused"].map(each =>
        counts.get(each)
      )
      if (mended + failed + refused > 0)
        this.#emit({ type: "repaired", sink, mended, failed: failed + refused })
      if (repaired.dryRun) continue
      for (const [outcome, count] of counts)
        this.#source.ports.meter?.add(sinkMetrics.repaired, count, { sink, outcome })
    }
    return repaired
  }

  /** Verifies everything and repairs what is not right. A failure is a warning: the next time comes. */
  async reconcile(signal: AbortSignal): Promise<void> {
    try {
      const report = await this.verify({ signal })
      if (!report.clean) await this.repair(report, { signal })
    } catch (error) {
      if (isSynclineError(error, "aborted")) return
      const sinks = this.#sinks.map(({ name }) => name)
      this.#source.ports.logger.warn(`sink ${sinks.join(", ")}: reconciling failed`, { sinks, error })
    }
  }
}
