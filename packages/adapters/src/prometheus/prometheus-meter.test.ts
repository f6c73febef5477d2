import { memoryStore, openReplica, sinkMetrics } from "@syncline/core"
import { memorySink } from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"
import * as client from "prom-client"
import { describe, expect, it } from "vitest"
import { prometheusMeter } from "./prometheus-meter.ts"

describe("prometheusMeter", () => {
  it("[ME5] what a replica measures is scraped under names of Prometheus", async () => {
    const registry = new client.Registry()
    const meter = prometheusMeter(client, { registry })
    const replica = await openReplica({
      store: memoryStore(),
      engine: yjs(),
      sinks: [memorySink()],
      ports: { meter }
    })
    const note = await replica.load("notes/1")
    await note.change(draft => Object.assign(draft, { n: 1 })).projected
    await replica.verify()
    const lines = (await registry.metrics()).split("\n")
    expect(lines).toContain('syncline_sink_written_total{sink="memory"} 1')
    expect(lines).toContain('syncline_sink_lag_time_seconds{sink="memory"} 0')
    expect(lines).toContain('syncline_sink_batch_documents_bucket{le="1",sink="memory"} 1')
    expect(lines).toContain('syncline_sink_verified_total{sink="memory",class="consistent"} 1')
    await replica.close()
  })

  it("[ME5] [ME7] the lag is asked for when it is scraped, also while the sink is paused, by all who share the registry", async () => {
    const registry = new client.Registry()
    const open = (name: string) =>
      openReplica({
        store: memoryStore(),
        engine: yjs(),
        sinks: [memorySink(undefined, { name })],
        ports: { meter: prometheusMeter(client, { registry }) }
      })
    const replicas = { a: await open("a"), b: await open("b") }
    for (const [name, replica] of Object.entries(replicas)) {
      await replica.sink(name).drain()
      replica.sink(name).pause()
      await (await replica.load("notes/1")).change(draft => Object.assign(draft, { n: 1 })).durable
    }
    const lines = (await registry.metrics()).split("\n")
    for (const name of ["a", "b"]) expect(lines).toContain(`syncline_sink_lag_documents{sink="${name}"} 1`)
    await Promise.all([replicas.a.close(), replicas.b.close()])
    expect(await registry.metrics()).toContain("syncline_sink_lag_documents")
  })

  it.each([undefined, {}])("[ME5] what is not prom-client is refused: %j", other => {
    expect(() => prometheusMeter(other as never)).toThrow(
      expect.objectContaining({ code: "options-invalid" }) as Error
    )
  })

  it("[ME5] several meters share a registry; a metric of another kind in it is refused", async () => {
    const registry = new client.Registry()
    for (let n = 0; n < 2; n++)
      prometheusMeter(client, { registry }).add(sinkMetrics.written, 2, { sink: "a" })
    expect(await registry.metrics()).toContain('syncline_sink_written_total{sink="a"} 4')
    registry.registerMetric(
      new client.Gauge({ name: "syncline_sink_failures_total", help: "taken", registers: [] })
    )
    expect(() => prometheusMeter(client, { registry }).add(sinkMetrics.failures, 1, { sink: "a" })).toThrow(
      expect.objectContaining({ code: "options-invalid" }) as Error
    )
  })
})
