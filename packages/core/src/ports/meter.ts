/** What is measured. Names, kinds and units are stable; see `sinkMetrics`. */
export interface Metric {
  /** Parts joined by dots, in the manner of OpenTelemetry: `syncline.sink.written`. */
  readonly name: string
  /** A sum that only grows; a value as of now; values whose distribution matters. */
  readonly kind: "counter" | "gauge" | "histogram"
  /** In UCUM: `s`, `{document}`, `1`. */
  readonly unit: string
  readonly description: string
  /** The labels that come with every value. */
  readonly labels: readonly string[]
  /** For histograms: upper bounds of buckets, ascending. */
  readonly buckets?: readonly number[]
}

/** What a value belongs to, by label. Few different ones: names of sinks, classes of findings, never ids. */
export type MetricLabels = Readonly<Record<string, string>>

/** Where measurements go. Called often, so it must return at once, and not throw. */
export interface Meter {
  /** Adds to a counter; `amount` is not negative. */
  add(metric: Metric, amount: number, labels: MetricLabels): void
  /** Says what a gauge stands at. */
  set(metric: Metric, value: number, labels: MetricLabels): void
  /** Takes one value of a histogram. */
  observe(metric: Metric, value: number, labels: MetricLabels): void
  /**
   * Asks for a gauge's value whenever values are collected, until the function that it gives is called; `undefined`: there is none to be had. Optional: for meters that are asked
   * themselves. What is watched is `set`, too, for those that others share.
   */
  watch?(metric: Metric, labels: MetricLabels, read: ReadGauge): () => void
}

/** What a gauge stands at now. Takes its time where it has to look; not rejected. */
export type ReadGauge = () => Promise<number | undefined>
