import { coreError, type Meter, type Metric, type MetricLabels, type ReadGauge } from "@syncline/core"
import type { Counter, Gauge, GaugeConfiguration, Histogram, Registry } from "prom-client"

/** The classes of `prom-client` that are used; the module itself has them. */
export interface PrometheusClasses {
  readonly Counter: typeof Counter
  readonly Gauge: typeof Gauge
  readonly Histogram: typeof Histogram
  readonly register: Registry
}

/** Where to register. */
export interface PrometheusMeterOptions {
  /** Default: the client's own, `register`. */
  readonly registry?: Registry
}

/**
 * Measures through `prom-client`: `import * as client from "prom-client"`, then `openReplica({ ports: { meter: prometheusMeter(client) } })`.
 * What is scraped is the registry's: `await client.register.metrics()`.
 *
 * Names follow Prometheus: underscores, the unit `_seconds` where it is one, and `_total` at the end of counters: `syncline.sink.batch.time` is
 * `syncline_sink_batch_time_seconds`. Several meters over one registry share their metrics.
 *
 * @throws SynclineError `options-invalid` when this is not `prom-client`.
 */
export function prometheusMeter(client: PrometheusClasses, options: PrometheusMeterOptions = {}): Meter {
  if (typeof (client as Partial<PrometheusClasses> | undefined)?.Counter !== "function")
    throw coreError(
      "options-invalid",
      'prometheusMeter measures through prom-client; give it what `import * as client from "prom-client"` gives'
    )
  const registry = options.registry ?? client.register
  const configOf = (metric: Metric) => ({
    name: prometheusName(metric),
    help: metric.description,
    labelNames: [...metric.labels],
    registers: [registry]
  })
  const counters = new Instruments(registry, client.Counter, metric => new client.Counter(configOf(metric)))
  const gauges = new Instruments(registry, client.Gauge, metric => watchedGauge(client, configOf(metric)))
  const histograms = new Instruments(
    registry,
    client.Histogram,
    metric => new client.Histogram({ ...configOf(metric), buckets: [...(metric.buckets ?? [])] })
  )
  return {
    add: (metric, amount, labels) => counters.get(metric).inc(labels, amount),
    set: (metric, value, labels) => gauges.get(metric).set(labels, value),
    watch: (metric, labels, read) => {
      const watches = watchesByGauge.get(gauges.get(metric))
      const watch = { labels, read }
      watches?.add(watch)
      return () => watches?.delete(watch)
    },
    observe: (metric, value, labels) => histograms.get(metric).observe(labels, value)
  }
}

interface Watch {
  readonly labels: MetricLabels
  readonly read: ReadGauge
}

/** Of gauges that a meter made: another one over the same registry finds them there. What somebody else made is not asked, only set. */
const watchesByGauge = new WeakMap<Gauge, Set<Watch>>()

/** A gauge that asks, when it is scraped, for what it stands at. */
function watchedGauge({ Gauge }: PrometheusClasses, config: GaugeConfiguration<string>): Gauge {
  const watches = new Set<Watch>()
  const gauge: Gauge = new Gauge({
    ...config,
    collect: async () => {
      for (const { labels, read } of watches) {
        const value = await read()
        if (value !== undefined) gauge.set(labels, value)
      }
    }
  })
  watchesByGauge.set(gauge, watches)
  return gauge
}

/** Metrics of one kind, made when they are first needed; or found, where another meter made them. */
class Instruments<T> {
  readonly #registry: Registry
  readonly #kind: abstract new (
    ...args: never[]
  ) => T
  readonly #make: (metric: Metric) => T
  readonly #byName = new Map<string, T>()

  constructor(registry: Registry, kind: abstract new (...args: never[]) => T, make: (metric: Metric) => T) {
    this.#registry = registry
    this.#kind = kind
    this.#make = make
  }

  get(metric: Metric): T {
    const known = this.#byName.get(metric.name)
    if (known !== undefined) return known
    const present: unknown = this.#registry.getSingleMetric(prometheusName(metric))
    if (present !== undefined && !(present instanceof this.#kind))
      throw coreError(
        "options-invalid",
        `the registry has a metric "${prometheusName(metric)}" that is no ${metric.kind}; give prometheusMeter a registry of its own`
      )
    const instrument = present ?? this.#make(metric)
    this.#byName.set(metric.name, instrument)
    return instrument
  }
}

function prometheusName({ name, kind, unit }: Metric): string {
  const base = name.replaceAll(".", "_")
  return `${base}${unit === "s" ? "_seconds" : ""}${kind === "counter" ? "_total" : ""}`
}
