import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics"
import { memoryStore, openReplica, sinkMetrics } from "@syncline/core"
import { memorySink } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import { expect, test } from "vitest"
import { openTelemetryMeter } from "./open-telemetry-meter.ts"

class Reader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

test("[ME4] what a replica measures reaches the SDK of OpenTelemetry, with units, labels and buckets", async () => {
  const reader = new Reader()
  const provider = new MeterProvider({ readers: [reader] })
  const meter = openTelemetryMeter(provider.getMeter("test"))
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [memorySink()],
    ports: { meter }
  })
  const note = await replica.load("notes/1")
  await note.change(draft => Object.assign(draft, { n: 1 })).projected
  await replica.verify()
  const { resourceMetrics, errors } = await reader.collect()
  const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  const of = (name: string) => found.find(({ descriptor }) => descriptor.name === name)
  expect(errors).toEqual([])
  expect(of(sinkMetrics.written.name)?.dataPoints).toMatchObject([
    { value: 1, attributes: { sink: "memory" } }
  ])
  expect(of(sinkMetrics.lagTime.name)?.descriptor).toMatchObject({ unit: "s" })
  expect(of(sinkMetrics.batchDocuments.name)?.dataPoints).toMatchObject([
    { value: { count: 1, sum: 1, buckets: { boundaries: sinkMetrics.batchDocuments.buckets } } }
  ])
  expect(of(sinkMetrics.verified.name)?.dataPoints).toMatchObject([
    { value: 1, attributes: { sink: "memory", class: "consistent" } }
  ])
  await replica.close()
  await provider.shutdown()
})

test("[ME4] [ME7] the lag is observed when it is collected, also while the sink is paused, and no more once it is closed", async () => {
  const reader = new Reader()
  const provider = new MeterProvider({ readers: [reader] })
  const meter = openTelemetryMeter(provider.getMeter("test"))
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [memorySink()],
    ports: { meter }
  })
  const lag = async (): Promise<unknown> => {
    const { resourceMetrics, errors } = await reader.collect()
    expect(errors).toEqual([])
    const found = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
    const points = found.find(
      ({ descriptor }) => descriptor.name === sinkMetrics.lagDocuments.name
    )?.dataPoints
    return points?.map(({ value }) => value)
  }
  await replica.sink("memory").drain()
  replica.sink("memory").pause()
  for (const id of ["notes/1", "notes/2"])
    await (await replica.load(id)).change(draft => Object.assign(draft, { n: 1 })).durable
  expect(await lag()).toEqual([2])
  replica.sink("memory").resume()
  await replica.sink("memory").drain()
  expect(await lag()).toEqual([0])
  await replica.close()
  expect(await lag()).not.toEqual([2])
  await provider.shutdown()
})
