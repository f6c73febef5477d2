import { expect, test } from "vitest"
import { type Collection, collection } from "../document/collection.ts"
import type { Upgrades } from "../document/schema-version.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { column } from "../projection/column.ts"
import { defineProjection } from "../projection/projection.ts"
import { table } from "../projection/table.ts"
import { memoryStore } from "../store/memory-store.ts"
import { MemorySinkPlace, memorySink } from "../testing/memory-sink.ts"
import { openReplica } from "./open-replica.ts"
import type { Replica } from "./replica.ts"

interface Task {
  name?: string
  title?: string
}

const projection = defineProjection([
  table<Task>("tasks", {
    columns: { title: column.text(({ title, name }) => title ?? `old: ${name ?? ""}`) }
  })
])

function tasks(version: number, upgrades: Upgrades = {}): Collection<Task> {
  return collection<Task>("tasks", { version, upgrades })
}

function rename(draft: Task): void {
  if (draft.name !== undefined) draft.title = draft.name
  delete draft.name
}

class Place {
  readonly store = memoryStore()
  readonly sink = new MemorySinkPlace()

  open(declared: Collection<Task>): Promise<Replica> {
    return openReplica({
      store: this.store,
      engine: yjs(),
      collections: [declared],
      sinks: [memorySink(this.sink, { projection })],
      ports: { logger: silentLogger }
    })
  }

  get titles(): unknown[] {
    return [...this.sink.records.entries()].flatMap(([, { rows }]) => rows.map(({ values }) => values))
  }
}

async function withOldTask(): Promise<Place> {
  const place = new Place()
  const old = await place.open(tasks(1))
  await (await old.load(tasks(1), "1")).change(draft => (draft.name = "Paint")).projected
  await old.close()
  return place
}

async function closed(replica: Replica): Promise<void> {
  await replica.sink("memory").drain()
  expect((await replica.verify()).clean).toBe(true)
  await replica.close()
}

test("[SV36] rows show documents upgraded, and are made anew once when an app brings another version", async () => {
  const place = await withOldTask()
  const now = tasks(2, { 2: rename })
  await closed(await place.open(now))
  expect(place.titles).toEqual([["Paint"]])
  const { generation } = place.sink
  await closed(await place.open(now))
  expect(place.sink.generation).toBe(generation)
  await closed(await place.open(tasks(2, { 2: draft => rename(draft) })))
  expect(place.sink.generation).toBe(generation + 1)
})

test("[SV37] a document that cannot be upgraded is parked", async () => {
  const place = await withOldTask()
  const failing = tasks(2, {
    2: () => {
      throw new Error("on purpose")
    }
  })
  const replica = await place.open(failing)
  const projector = replica.sink("memory")
  await projector.drain()
  expect(projector.parkedDocument("tasks/1" as never)?.message).toContain("on purpose")
  await replica.close()
})
