import { yjs } from "../engine/yjs/yjs-engine.ts"
import { migrateSink, type SinkMigration } from "../migration/migrate-sink.ts"
import type { MigrationOptions } from "../migration/migration-settings.ts"
import type { Ports } from "../ports/ports.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { column } from "../projection/column.ts"
import { defineProjection, type Projection } from "../projection/projection.ts"
import { table } from "../projection/table.ts"
import { openReplica } from "../replica/open-replica.ts"
import type { ReplicaEvent } from "../replica/replica-events.ts"
import type { Replica } from "../replica/replica.ts"
import type { Store } from "../store/store.ts"
import { memoryStore } from "../store/memory-store.ts"
import { memorySink, MemorySinkPlace } from "./memory-sink.ts"

/** One column, and one more, as a migration finds and leaves it. */
export const titles: Projection = defineProjection([
  table<{ readonly n: number }>("notes", { columns: { n: column.integer(note => note.n) } })
])
export const doubled: Projection = defineProjection([
  table<{ readonly n: number }>("notes", {
    columns: { n: column.integer(note => note.n), twice: column.integer(note => 2 * note.n) }
  })
])

/** A replica that migrates, what it was opened with, and where its sinks keep things. */
export interface Migrating {
  readonly replica: Replica
  readonly migration: SinkMigration
  /** What the replica told since it began to open. */
  readonly events: readonly ReplicaEvent[]
}

/** Places that outlive replicas: a store and two sinks. */
export class MigrationDesk {
  store: Store = memoryStore()
  former: MemorySinkPlace = new MemorySinkPlace()
  added: MemorySinkPlace = new MemorySinkPlace()

  /** Options of a migration between its two sinks; without `from` where `adds`. */
  options(adds = false): MigrationOptions {
    const to = memorySink(this.added, { name: "new", projection: doubled })
    return adds ? { to } : { from: memorySink(this.former, { name: "old", projection: titles }), to }
  }

  async open(options: MigrationOptions = this.options(), more: Partial<Ports> = {}): Promise<Migrating> {
    const migration = migrateSink(options)
    const ports = { logger: silentLogger, ...more }
    const events: ReplicaEvent[] = []
    const replica = await openReplica({
      store: this.store,
      engine: yjs(),
      sinks: [migration],
      ports,
      onEvent: event => void events.push(event)
    })
    return { replica, migration, events }
  }

  /** Writes that many documents, before any sink is there. */
  async fill(count: number): Promise<void> {
    const replica = await openReplica({
      store: this.store,
      engine: yjs(),
      ports: { logger: silentLogger }
    })
    for (let n = 0; n < count; n++)
      (await replica.load(`notes/${n}`)).change(draft => Object.assign(draft, { n }))
    await replica.flush()
    await replica.close()
  }

  /** What the new sink shows, by document. */
  rows(place: MemorySinkPlace = this.added): Readonly<Record<string, readonly unknown[]>> {
    return Object.fromEntries(
      [...place.records.entries()].map(([id, { rows }]) => [id, rows.flatMap(({ values }) => values)])
    )
  }
}
