import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { open as openFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { memoryStore, openReplica, type Replica, type Store } from "@syncline/core"
import { copyStore, exportStore, importStore } from "@syncline/core/migration"
import { yjs } from "@syncline/core/yjs"
import { expect, onTestFinished, test } from "vitest"
import { sqliteStore } from "../../sqlite/store/sqlite-store.ts"
import { freshName, useFakeIndexedDb } from "../testing/fake-indexeddb.ts"
import { indexedDbStore } from "./indexeddb-store.ts"

useFakeIndexedDb()

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "syncline-copy-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const open = (store: Store): Promise<Replica> => openReplica({ store, engine: yjs() })

async function valuesOf(store: Store): Promise<Readonly<Record<string, unknown>>> {
  const replica = await open(store)
  const values: Record<string, unknown> = {}
  for await (const id of replica.list()) {
    const document = await replica.load(id)
    values[id] = [document.value, document.deleted, document.version.digest(document.id)]
  }
  const problems = await replica.checkIntegrity()
  await replica.close()
  expect(problems).toEqual([])
  return values
}

async function fill(store: Store): Promise<void> {
  const replica = await open(store)
  for (let n = 0; n < 40; n++) {
    const note = await replica.load(`notes/${n}`)
    note.change(draft => Object.assign(draft, { n }))
    await note.change(draft => Object.assign(draft, { twice: 2 * n })).durable
    if (n % 4 === 1) await replica.compact(note.id)
    if (n % 4 === 2) await note.delete().durable
  }
  await replica.close()
}

test("[MI30] [MI33] SQLite goes by an export file into IndexedDB, and from there into memory and back, and is the same", async () => {
  const folder = makeFolder()
  const file = (name: string): Store =>
    sqliteStore(join(folder, name), { stateDirectory: join(folder, "state") })
  await fill(file("first.db"))
  const whole = await valuesOf(file("first.db"))
  const handle = await openFile(join(folder, "export"), "w")
  for await (const bytes of exportStore(file("first.db"))) await handle.write(bytes)
  await handle.close()
  const database = freshName()
  const { hash } = await importStore([readFileSync(join(folder, "export"))], indexedDbStore(database))
  expect(await valuesOf(indexedDbStore(database))).toEqual(whole)
  const memory = memoryStore()
  expect((await copyStore(indexedDbStore(database), memory)).hash).toBe(hash)
  expect((await copyStore(memory, file("second.db"))).hash).toBe(hash)
  expect(await valuesOf(file("second.db"))).toEqual(whole)
})
