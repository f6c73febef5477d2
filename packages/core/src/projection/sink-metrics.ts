import type { Metric } from "../ports/meter.ts"

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

/** By what the code calls it. */
type SinkMetricName =
  | "lagDocuments"
  | "lagTime"
  | "written"
  | "batchDocuments"
  | "batchTime"
  | "failures"
  | "retries"
  | "breaker"
  | "parked"
  | "verified"
  | "repaired"

/** Everything that is measured of a sink. */
export const sinkMetrics: Readonly<Record<SinkMetricName, Metric>> = {
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
}
