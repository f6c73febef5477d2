import { describe, it } from "vitest"
import { defineProjection } from "../projection/projection.ts"
import { type MemoryRecord, MemorySinkPlace, memorySink } from "./memory-sink.ts"
import { MemorySinkDamage } from "./memory-sink-damage.ts"
import { sinkContract } from "./sink-contract.ts"
import type { SinkFixture } from "./sink-fixture.ts"
import { vectorSinkContract } from "./vector-sink-contract.ts"
import type { VectorSinkFixture } from "./vector-sink-fixture.ts"

function makeSink(tracking = false): SinkFixture {
  const place = new MemorySinkPlace()
  return {
    sink: tables => memorySink(place, { projection: defineProjection(tables), tracking }),
    damage: new MemorySinkDamage(place)
  }
}

function makeVectorSink(): VectorSinkFixture {
  const place = new MemorySinkPlace()
  const change = (id: string, ordinal: number, vector: Float32Array | undefined): void => {
    const record = place.records.get(id) as MemoryRecord
    const rows = record.rows.map(row => {
      if (row.ordinal !== ordinal) return row
      const { vector: _, ...rest } = row
      return vector === undefined ? rest : { ...rest, vector }
    })
    place.records.set(id, { ...record, rows })
  }
  return {
    sink: tables => memorySink(place, { projection: defineProjection(tables) }),
    damage: {
      setVector: (_, id, ordinal, vector) => change(id, ordinal, vector),
      removeVector: (_, id, ordinal) => change(id, ordinal, undefined)
    }
  }
}

describe("memorySink", () => {
  for (const { title, run } of vectorSinkContract("memory", makeVectorSink)) it(title, () => run())
  for (const { title, run } of sinkContract("memory", () => makeSink())) it(title, () => run())
  const tracked = sinkContract("memory, keeping account", () => makeSink(true))
  for (const { title, run } of tracked) it(title, () => run())
})
