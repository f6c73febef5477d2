import { expect, test } from "vitest"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import { silentLogger } from "../ports/system-ports.ts"
import { column } from "../projection/column.ts"
import { defineProjection } from "../projection/projection.ts"
import type { Sink } from "../projection/sink.ts"
import { table } from "../projection/table.ts"
import { memoryStore } from "../store/memory-store.ts"
import { ManualTimers } from "../testing/manual-timers.ts"
import { memorySink } from "../testing/memory-sink.ts"
import { openReplica } from "./open-replica.ts"
import type { ReplicaEvent } from "./replica-events.ts"

/** A sink that cannot be opened the first few times. */
function failingSink(failures: number): Sink {
  const sink = memorySink()
  let left = failures
  return {
    name: sink.name,
    open: context => (left-- > 0 ? Promise.reject(new Error("no such folder")) : sink.open(context))
  }
}

test("[PJ20] a sink that fails says so once, from the first opening on, and once when it recovers", async () => {
  const events: ReplicaEvent[] = []
  const timers = new ManualTimers()
  const ports = { logger: silentLogger, timers }
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [failingSink(3)],
    ports,
    onEvent: event => event.type.startsWith("sink-") && events.push(event)
  })
  const note = await replica.load("notes/1")
  await timers.run(note.change(draft => Object.assign(draft, { n: 1 })).projected)
  expect(events).toEqual([
    {
      type: "sink-failing",
      sink: "memory",
      error: expect.objectContaining({ message: "no such folder" }) as Error
    },
    { type: "sink-recovered", sink: "memory" }
  ])
  await timers.run(replica.close())
})

test("[PJ16] a commit to a document that its mapping refuses is not reported as projected", async () => {
  const projection = defineProjection([
    table<{ readonly n: number }>("notes", { columns: { n: column.integer(value => value.n) } })
  ])
  const replica = await openReplica({
    store: memoryStore(),
    engine: yjs(),
    sinks: [memorySink(undefined, { projection })],
    ports: { logger: silentLogger }
  })
  const [bad, good] = [await replica.load("notes/bad"), await replica.load("notes/good")]
  const refused = bad.change(draft => Object.assign(draft, { n: "text" }))
  await good.change(draft => Object.assign(draft, { n: 1 })).projected
  await expect(refused.projected).rejects.toMatchObject({ code: "projection-refused" })
  await replica.close()
})
