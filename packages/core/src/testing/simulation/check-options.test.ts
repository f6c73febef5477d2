import { expect, test } from "vitest"
import { yjs } from "../../engine/yjs/yjs-engine.ts"
import { simulate, type SimulationOptions } from "./simulate.ts"

test.each<[string, Partial<SimulationOptions>]>([
  ["a fault that does not exist", { faults: { dropp: 0.5 } as never }],
  ["a rate above 1", { faults: { drop: 2 } }],
  ["a rate that is no number", { faults: { drop: Number.NaN } }],
  ["no actions", { actions: {} }],
  ["no sizes", { sizes: [] }],
  ["half a history", { histories: 0.5 }]
])("[SM11] a simulation with %s is refused", async (_, options) => {
  await expect(simulate({ engine: yjs(), ...options })).rejects.toMatchObject({ code: "options-invalid" })
})
