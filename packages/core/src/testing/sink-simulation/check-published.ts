import type { SinkGuarantees } from "../../projection/sink.ts"
import { Violation } from "../simulation/violation.ts"
import type { SinkWorld } from "./sink-world.ts"

/** What sinks in memory say of themselves, all of it. */
const known: Readonly<Record<keyof SinkGuarantees, unknown>> = {
  writes: "conditional",
  atomicWatermark: true,
  compareAndSwap: true,
  tombstones: true,
  lease: true,
  vectorContents: undefined
}

/**
 * What is published of each sink that is open, or was, is what such a sink says of itself, wherever in its life it is asked for. Whether a sink does as it
 * says is nothing that this sees: `SinkWatch` and the checks at rest do.
 */
export function checkPublished(world: SinkWorld): void {
  for (const { replica } of world.feeders)
    for (const target of replica?.repairing.targets ?? []) {
      const { guarantees } = replica?.sink(target.name) ?? {}
      const wrong = Object.entries(known).filter(
        ([name, value]) => guarantees !== undefined && guarantees[name as keyof SinkGuarantees] !== value
      )
      if (wrong.length > 0)
        world.violated(
          new Violation("not-guaranteed", `${target.name} publishes other than ${JSON.stringify(wrong)}`)
        )
    }
}
