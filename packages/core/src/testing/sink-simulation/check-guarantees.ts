import type { SinkGuarantees } from "../../projection/sink.ts"
import { Violation } from "../simulation/violation.ts"
import type { SinkWorld } from "./sink-world.ts"

/** What a sink in memory does; `SinkWatch` sees whether records and watermarks are as this says. */
const kept: SinkGuarantees = {
  writes: "conditional",
  atomicWatermark: true,
  compareAndSwap: true,
  tombstones: true
}

/** What is published of each sink that is open, or was, is what it does. */
export function checkGuarantees(world: SinkWorld): void {
  for (const { replica } of world.feeders)
    for (const target of replica?.repairing.targets ?? []) {
      const { guarantees } = replica?.sink(target.name) ?? {}
      const wrong = Object.entries(kept).filter(
        ([name, value]) => guarantees !== undefined && guarantees[name as keyof SinkGuarantees] !== value
      )
      if (wrong.length > 0)
        world.violated(
          new Violation("not-guaranteed", `${target.name} publishes other than ${JSON.stringify(wrong)}`)
        )
    }
}
