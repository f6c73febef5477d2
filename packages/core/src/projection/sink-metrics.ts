import type { Meter, Metric } from "../ports/meter.ts"
import type { BreakerState } from "./projector-machine.ts"

function metric(
  name: string,
  kind: Metric["kind"],
  unit: string,
  description: string,
  more: Partial<Metric> = {}
): Metric {
  return { name: `syncline.sink.${name}`, kind, unit, description, labels: ["sink"], ...more }
}

const documents = "{document}"

/** Everything that is measured of a sink. */
export const sinkMetrics = {
  lagDocuments: metric(
    "lag.documents",
    "gauge",
    documents,
    "Documents that are yet to be written, counted up to 10,000"
  ),
  lagTime: metric("lag.time", "gauge", "s", "Since when the oldest commit waits that is yet to be written"),
  written: metric("written", "counter", documents, "Documents given to the sink"),
  batchDocuments: metric("batch.documents", "histogram", documents, "Documents in a batch", {
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]
  }),
  batchTime: metric("batch.time", "histogram", "s", "What the sink needed for a batch", {
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60]
  }),
  failures: metric("failures", "counter", "{failure}", "Openings and batches that failed"),
  retries: metric("retries", "counter", "{attempt}", "Openings and batches begun after a failure"),
  breaker: metric("breaker", "gauge", "1", "0: fed, 1: tried with one document, 2: left alone"),
  parked: metric("parked", "gauge", documents, "Documents that are refused"),
  verified: metric("verified", "counter", documents, "Documents and records that were verified, by class", {
    labels: ["sink", "class"]
  }),
  repaired: metric("repaired", "counter", documents, "Records that were to be mended, by outcome", {
    labels: ["sink", "outcome"]
  })
} as const satisfies Readonly<Record<string, Metric>>

const breakerValue: Readonly<Record<BreakerState, number>> = { closed: 0, "half-open": 1, open: 2 }

/** Counting heads costs reading them: not more often than this. */
const lagIntervalMs = 1000

/** Counted at most: beyond it a sink is behind, and it does not matter how far. */
const lagLimit = 10_000

/** Measures one projector. */
export class SinkMetrics {
  readonly #meter: Meter
  readonly #labels: { readonly sink: string }
  #lagMeasuredMs = Number.NEGATIVE_INFINITY

  constructor(meter: Meter, sink: string) {
    this.#meter = meter
    this.#labels = { sink }
  }

  /** A batch went in. */
  batch(documentCount: number, tookMs: number, parkedCount: number): void {
    const labels = this.#labels
    this.#meter.set(sinkMetrics.parked, parkedCount, labels)
    if (documentCount === 0) return
    this.#meter.add(sinkMetrics.written, documentCount, labels)
    this.#meter.observe(sinkMetrics.batchDocuments, documentCount, labels)
    this.#meter.observe(sinkMetrics.batchTime, tookMs / 1000, labels)
  }

  failed(): void {
    this.#meter.add(sinkMetrics.failures, 1, this.#labels)
  }

  retried(): void {
    this.#meter.add(sinkMetrics.retries, 1, this.#labels)
  }

  breaker(state: BreakerState): void {
    this.#meter.set(sinkMetrics.breaker, breakerValue[state], this.#labels)
  }

  /** How far the sink is behind: the time always; documents, which `count` reads, while it is behind only now and then. */
  lag(lagMs: number, nowMs: number, count: (limit: number) => Promise<number>): void {
    this.#meter.set(sinkMetrics.lagTime, lagMs / 1000, this.#labels)
    if (lagMs === 0) return this.#setLag(0)
    if (Math.abs(nowMs - this.#lagMeasuredMs) < lagIntervalMs) return
    this.#lagMeasuredMs = nowMs
    // A measurement is not worth a failure: what is amiss with the store shows elsewhere.
    void count(lagLimit).then(
      found => this.#setLag(found),
      () => {}
    )
  }

  #setLag(count: number): void {
    this.#meter.set(sinkMetrics.lagDocuments, count, this.#labels)
  }
}
