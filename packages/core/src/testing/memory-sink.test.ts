import { describe, it } from "vitest"
import { defineProjection } from "../projection/projection.ts"
import { MemorySinkPlace, memorySink } from "./memory-sink.ts"
import { MemorySinkDamage } from "./memory-sink-damage.ts"
import { sinkContract } from "./sink-contract.ts"
import type { SinkFixture } from "./sink-fixture.ts"

function makeSink(): SinkFixture {
  const place = new MemorySinkPlace()
  return {
    sink: tables => memorySink(place, { projection: defineProjection(tables) }),
    damage: new MemorySinkDamage(place)
  }
}

describe("memorySink", () => {
  for (const { title, run } of sinkContract("memory", makeSink)) it(title, () => run())
})
