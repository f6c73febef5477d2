import type { Meter } from "../ports/meter.ts"
import { quietMeter } from "../ports/quiet-meter.ts"
import { LagClock } from "./lag-clock.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { BreakerState } from "./projector-machine.ts"
import { sinkMetrics } from "./sink-metrics.ts"

const breakerValue: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 }

/** Counting heads costs reading them: not more often than this. */
const lagIntervalMs = 1000

/** Counted at most: beyond it a sink is behind, and it does not matter how far. */
const lagLimit = 10_000

/** Measures one projector: how far its sink is behind always, everything else where there is a meter. */
export class ProjectorMeasure {
  readonly #source: ProjectionSource
  readonly #meter: Meter | undefined
  readonly #labels: { readonly sink: string }
  readonly #lag = new LagClock()
  #countedMs = Number.NEGATIVE_INFINITY

  constructor(source: ProjectionSource, sink: string) {
    this.#source = source
    const { meter, logger } = source.ports
    this.#meter = meter && quietMeter(meter, logger)
    this.#labels = { sink }
  }

  /** For how long the oldest commit has waited that the sink lacks. */
  get lagMs(): number {
    return this.#lag.lagMs(this.#source.ports.time.nowMs())
  }

  /** The log grew, or is seen for the first time: then what is there is as old as this replica knows. */
  grew(): void {
    this.#lag.grew(this.#source.end.position, this.#source.ports.time.nowMs())
  }

  /** The sink has everything up to here. */
  reached(position: number): void {
    this.#lag.reached(position)
    this.#measureLag(position)
  }

  /** A batch went in. */
  batch(documentCount: number, tookMs: number, parkedCount: number): void {
    const labels = this.#labels
    this.#meter?.set(sinkMetrics.parked, parkedCount, labels)
    this.written(documentCount)
    if (documentCount === 0) return
    this.#meter?.observe(sinkMetrics.batchDocuments, documentCount, labels)
    this.#meter?.observe(sinkMetrics.batchTime, tookMs / 1000, labels)
  }

  /** So many documents got in. */
  written(documentCount: number): void {
    if (documentCount > 0) this.#meter?.add(sinkMetrics.written, documentCount, this.#labels)
  }

  /** So many records were mended on being read. */
  mended(recordCount: number): void {
    this.#meter?.add(sinkMetrics.repaired, recordCount, { ...this.#labels, outcome: "mended" })
  }

  /** It failed while the sink had everything up to here. */
  failed(position: number): void {
    this.#meter?.add(sinkMetrics.failures, 1, this.#labels)
    this.#measureLag(position)
  }

  retried(): void {
    this.#meter?.add(sinkMetrics.retries, 1, this.#labels)
  }

  breaker(state: BreakerState): void {
    this.#meter?.set(sinkMetrics.breaker, breakerValue[state], this.#labels)
  }

  #measureLag(position: number): void {
    const { lagMs } = this
    this.#meter?.set(sinkMetrics.lagTime, lagMs / 1000, this.#labels)
    if (lagMs === 0) return this.#setLag(0)
    const nowMs = this.#source.ports.time.nowMs()
    if (this.#meter === undefined || Math.abs(nowMs - this.#countedMs) < lagIntervalMs) return
    this.#countedMs = nowMs
    // A measurement is not worth a failure: what is amiss with the store shows elsewhere.
    void this.#source.changedSince(position, lagLimit).then(
      heads => this.#setLag(heads.length),
      () => {}
    )
  }

  #setLag(count: number): void {
    this.#meter?.set(sinkMetrics.lagDocuments, count, this.#labels)
  }
}
