import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteStore } from "@syncline/adapters/sqlite"
import {
  collection,
  type Conflict,
  type Engine,
  list,
  memoryStore,
  memoryTransport,
  openReplica,
  type Replica,
  type Store,
  systemPorts,
  text
} from "@syncline/core"
import { automerge } from "@syncline/core/automerge"
import { yjs } from "@syncline/core/yjs"
import { afterEach, describe, expect, test } from "vitest"

interface Task {
  readonly done: boolean
}

const boards = collection<{ title?: string; body: string; tasks: readonly Task[] }>("boards", {
  fields: { body: text(), tasks: list() }
})
const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memoryStore(),
  sqlite: () => {
    const folder = mkdtempSync(join(tmpdir(), "syncline-conflicts-"))
    folders.push(folder)
    return sqliteStore(join(folder, "replica.db"), { stateDirectory: join(folder, "state") })
  }
}

async function sync(a: Replica, b: Replica): Promise<void> {
  const link = a.connect(memoryTransport(systemPorts().timers, connection => void b.accept(connection)))
  await link.synced()
  link.close()
}

async function recordsOf(replica: Replica): Promise<readonly Conflict[]> {
  const records: Conflict[] = []
  for await (const record of replica.conflicts.list({ collection: "boards" })) records.push(record)
  return records
}

/** Two who, offline, title a board differently, replace one word of it, and finish a task that the other deletes. */
async function workApart(a: Replica, b: Replica): Promise<void> {
  const [ofA, ofB] = [await a.load(boards, "b/1"), await b.load(boards, "b/1")]
  ofA.change(draft => Object.assign(draft, { body: "hello world", tasks: [{ done: false }] }))
  await sync(a, b)
  ofA.change(draft => Object.assign(draft, { title: "A" }))
  ofA.text("body").splice(0, 5, "HELLO")
  ofA.change(draft => void draft.tasks.splice(0, 1))
  ofB.change(draft => Object.assign(draft, { title: "B" }))
  ofB.text("body").splice(0, 5, "Howdy")
  ofB.change(draft => void Object.assign(draft.tasks[0] ?? {}, { done: true }))
  await sync(a, b)
}

const combinations = [yjs(), automerge()].flatMap(engine =>
  Object.entries(stores).map(([name, open]): readonly [string, Engine, () => Store] => [
    `${engine.name} on ${name}`,
    engine,
    open
  ])
)

describe.each(combinations)("%s", (_, engine, open) => {
  test("[CF19] two replicas over a link have equal records, which outlive opening again", async () => {
    const store = open()
    const options = { engine, collections: [boards] }
    const [a, b] = [
      await openReplica({ ...options, store }),
      await openReplica({ ...options, store: open() })
    ]
    await workApart(a, b)
    const records = await recordsOf(a)
    const kinds = records.map(({ kind }) => kind).sort((x, y) => (x < y ? -1 : 1))
    expect(kinds).toEqual(["delete-edit", "overlapping-edit", "write-write"])
    expect(await recordsOf(b)).toEqual(records)
    await a.close()
    const again = await openReplica({ ...options, store })
    expect(await recordsOf(again)).toEqual(records)
    await again.close()
    await b.close()
  })
})
