import { parseDocumentId } from "../document/document-id.ts"
import type { SinkSession } from "../projection/sink.ts"
import type { RepairHost } from "../repair/repair-host.ts"
import type { RepairScheduler, SchedulerEvent, SchedulerOptions } from "../repair/repair-scheduler.ts"
import { startRepairScheduler } from "../repair/start-scheduler.ts"
import { MemorySinkDamage } from "./memory-sink-damage.ts"
import { MemorySinkPlace, memorySink } from "./memory-sink.ts"
import { SeededRandom } from "./seeded-random.ts"
import { SinkWorkbench } from "./sink-workbench.ts"
import { SyntheticSource } from "./synthetic-source.ts"
import { VirtualTime } from "./virtual-time.ts"

/** A sink with a scheduler to look after it, and what tests do to both. */
export interface ScheduledSink {
  readonly time: VirtualTime
  readonly host: RepairHost
  /** The open sink, to be tampered with. */
  readonly session: SinkSession | Record<string, never>
  readonly events: SchedulerEvent[]
  /** Takes records away. */
  readonly damage: (...ids: readonly string[]) => void
  /** Puts copies of a note under keys that no document has. */
  readonly orphan: (...keys: readonly string[]) => void
  readonly start: () => RepairScheduler
  /** The ids of what is not right in the sink. */
  readonly wrong: () => Promise<readonly string[]>
}

/** Twenty documents in each of two collections, `notes/10` to `tasks/29`, in one sink, and a scheduler that looks every hour. */
export async function scheduled(
  options: SchedulerOptions = {},
  missing: readonly string[] = [],
  tracking = false
): Promise<ScheduledSink> {
  const time = new VirtualTime()
  const source = new SyntheticSource(time.ports(new SeededRandom(1)))
  const place = new MemorySinkPlace()
  const fixture = { sink: () => memorySink(place, { tracking }), damage: new MemorySinkDamage(place) }
  const bench = new SinkWorkbench(fixture, source)
  for (const collection of ["notes", "tasks"])
    for (let key = 10; key < 30; key++) source.put(parseDocumentId(`${collection}/${key}`), { key })
  const projector = await time.during(bench.project())
  const damage = (...ids: readonly string[]): void => {
    for (const id of ids) fixture.damage.removeAll(id)
  }
  damage(...missing)
  const events: SchedulerEvent[] = []
  const host = bench.host(projector)
  return {
    time,
    host,
    session: projector.session ?? {},
    events,
    damage,
    orphan: (...keys) => {
      for (const key of keys) fixture.damage.copy("notes/29", `notes/${key}`)
    },
    start: () =>
      startRepairScheduler(
        { repairing: host },
        { everyMs: 3_600_000, onEvent: event => void events.push(event), ...options }
      ),
    wrong: async () => {
      const report = await time.during(host.verify())
      return report.sinks.flatMap(({ findings }) => findings.map(({ id }) => id))
    }
  }
}
