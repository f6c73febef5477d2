import type { RepairOutcome, RepairReport } from "../../repair/repair-report.ts"
import { toHex } from "../../codec/hex.ts"
import { compareOrderKeys } from "../../projection/order-key.ts"
import { safeKey } from "../memory-sink.ts"
import { Violation } from "../simulation/violation.ts"
import type { Feeder } from "./feeder.ts"
import type { SinkServer } from "./sink-server.ts"
import { differenceOf } from "./sink-tables.ts"
import type { SinkWorld } from "./sink-world.ts"

const rightOutcomes: readonly RepairOutcome[] = ["mended", "adopted", "already-right"]

/** What a repair says that it mended is right, unless somebody went behind the sink's back since it was read back. `position`: where the log ended when it began. */
export function checkRepaired(
  world: SinkWorld,
  { ledger, states }: Feeder,
  position: number,
  report: RepairReport
): void {
  for (const { sink, id, outcome } of report.operations) {
    world.count(outcome)
    const server = world.serverNamed(sink)
    if (!rightOutcomes.includes(outcome) || server?.isReadBack(id) !== true) continue
    const wrong =
      wrongWith(server, id, ledger.at(id, position)?.height) ?? otherContent(world, server, id, states)
    if (wrong !== undefined)
      world.violated(
        new Violation("not-as-said", `${sink} is said to be ${outcome} under ${id}, where ${wrong}`)
      )
  }
}

function wrongWith(
  { place: { records, generation, projection } }: SinkServer,
  id: string,
  height: number | undefined
): string | undefined {
  const record = records.get(id)
  if (height === undefined) return record === undefined ? undefined : "a record is that no document explains"
  if (record?.key === undefined) return "nothing is"
  const key = safeKey(record.key)
  if (compareOrderKeys(key, { generation, projection, height }) < 0) return `height ${key.height} is`
  return undefined
}

/** Its rows are compared with what the document was in that version. */
function otherContent(
  world: SinkWorld,
  server: SinkServer,
  id: string,
  states: Feeder["states"]
): string | undefined {
  const record = server.place.records.get(id)
  const state = record && states.get(toHex(record.digest))
  return state && differenceOf(state, record, world.isNew(server))
}
