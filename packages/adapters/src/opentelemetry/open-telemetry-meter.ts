import type {
  Counter,
  Gauge,
  Histogram,
  Meter as OpenTelemetryMeter,
  MetricOptions,
  ObservableGauge,
  ObservableResult
} from "@opentelemetry/api"
import type { Meter, Metric } from "@syncline/core"

/**
 * Measures through OpenTelemetry: `openReplica({ ports: { meter: openTelemetryMeter(metrics.getMeter("my-app")) } })`, with `metrics` of
 * `@opentelemetry/api`. Names, units and labels are those of `sinkMetrics`; buckets are given as advice, which a view of the SDK overrides. Gauges that can be asked for
 * (the lag) are observed when values are collected.
 *
 * Set the SDK's provider up before: a meter taken earlier goes nowhere.
 */
export function openTelemetryMeter(meter: OpenTelemetryMeter): Meter {
  const counters = new Map<string, Counter>()
  const gauges = new Map<string, Gauge>()
  const histograms = new Map<string, Histogram>()
  const observed = new Map<string, ObservableGauge>()
  return {
    add: (metric, amount, labels) =>
      instrument(counters, metric, name => meter.createCounter(name, optionsOf(metric))).add(amount, labels),
    set: (metric, value, labels) => {
      // One name is one instrument: what is observed is not recorded, too.
      if (!observed.has(metric.name))
        instrument(gauges, metric, name => meter.createGauge(name, optionsOf(metric))).record(value, labels)
    },
    watch: (metric, labels, read) => {
      const gauge = instrument(observed, metric, name => meter.createObservableGauge(name, optionsOf(metric)))
      const tell = async (result: ObservableResult): Promise<void> => {
        const value = await read()
        if (value !== undefined) result.observe(value, labels)
      }
      gauge.addCallback(tell)
      return () => gauge.removeCallback(tell)
    },
    observe: (metric, value, labels) =>
      instrument(histograms, metric, name => meter.createHistogram(name, optionsOf(metric))).record(
        value,
        labels
      )
  }
}

function optionsOf({ description, unit, buckets }: Metric): MetricOptions {
  return {
    description,
    unit,
    ...(buckets === undefined ? {} : { advice: { explicitBucketBoundaries: [...buckets] } })
  }
}

function instrument<T>(made: Map<string, T>, { name }: Metric, make: (name: string) => T): T {
  const present = made.get(name)
  if (present !== undefined) return present
  const fresh = make(name)
  made.set(name, fresh)
  return fresh
}
