import { mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { sqliteSink, sqliteStore } from "@syncline/adapters/sqlite"
import { collection, memoryStore, type Store, type StoreSession, text } from "@syncline/core"
import { expect, onTestFinished, test } from "vitest"
import { linkTo, openHere, put, syncOnce, valueIn } from "./replica-pair.ts"

/** A store whose documents are read when `gate` says so: it may wait, and it may throw. */
function gatedStore(store: Store, gate: () => Promise<void>): Store {
  const overlay = (session: StoreSession): StoreSession =>
    new Proxy(session, {
      get: (target, name) => {
        if (name === "loadDocument")
          return async (id: Parameters<StoreSession["loadDocument"]>[0]) => {
            await gate()
            return target.loadDocument(id)
          }
        const member: unknown = Reflect.get(target, name, target)
        return typeof member === "function" ? (member.bind(target) as unknown) : member
      }
    })
  return { name: store.name, open: async () => overlay(await store.open()) }
}

test("[FC1] a failed load leaves no empty document behind", async () => {
  const store = memoryStore()
  const before = await openHere({ store })
  await put(before, "notes/1", "kept")
  await before.close()
  let fails = true
  const gate = async () => {
    if (fails) throw new Error("the disk is away")
  }
  const after = await openHere({ store: gatedStore(store, gate) })
  await expect(after.load("notes/1")).rejects.toThrow("the disk is away")
  fails = false
  await put(after, "notes/1", "more")
  expect(await valueIn(after, "notes/1")).toEqual({ kept: "kept", more: "more" })
})

test("[FC2] ten openings duplicate nothing and write nothing", async () => {
  const store = memoryStore()
  for (let opening = 0; opening < 10; opening++) {
    const replica = await openHere({ store })
    expect(replica.host.end.position).toBe(opening)
    await replica.load("notes/1")
    await replica.flush()
    expect(replica.host.end.position).toBe(opening)
    const document = await replica.load("notes/1")
    await document.change(draft => void (draft["n"] = [...((draft["n"] ?? []) as number[]), opening])).durable
    await replica.close()
  }
  expect(await valueIn(await openHere({ store }), "notes/1")).toEqual({ n: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] })
})

test("[FC3] documents nobody loaded since the opening are synced", async () => {
  const store = memoryStore()
  const before = await openHere({ store })
  await put(before, "notes/1", "stored")
  await before.close()
  const [server, client] = [await openHere(), await openHere({ store })]
  await syncOnce(server, client)
  expect(await valueIn(server, "notes/1")).toEqual({ stored: "stored" })
})

test("[FC4] a peer that comes while a document is being loaded gets what is stored", async () => {
  const store = memoryStore()
  const before = await openHere({ store })
  await put(before, "notes/1", "stored")
  await before.close()
  const gate = Promise.withResolvers<void>()
  const server = await openHere({ store: gatedStore(store, () => gate.promise) })
  const client = await openHere()
  await put(client, "notes/1", "theirs")
  const loading = server.load("notes/1")
  const synced = linkTo(server, client).synced()
  gate.resolve()
  await synced
  expect((await loading).value).toEqual({ stored: "stored", theirs: "theirs" })
  expect(await valueIn(client, "notes/1")).toEqual({ stored: "stored", theirs: "theirs" })
})

test("[FC5] what is put and deleted offline stays deleted", async () => {
  const [server, client] = [await openHere(), await openHere()]
  await put(client, "notes/1", "shared")
  await syncOnce(server, client)
  const document = await client.load("notes/1")
  document.change(draft => void (draft["gone"] = 1))
  document.change(draft => void delete draft["gone"])
  await put(client, "notes/2", "short-lived")
  await (await client.load("notes/2")).delete().durable
  await syncOnce(server, client)
  await syncOnce(server, client)
  expect(await valueIn(server, "notes/1")).toEqual({ shared: "shared" })
  for (const replica of [server, client]) expect((await replica.load("notes/2")).deleted).toBe(true)
})

test("[FC15] a row changed in a sink changes no document, also when it is mended", async () => {
  const folder = mkdtempSync(join(tmpdir(), "syncline-"))
  const rows = join(folder, "rows.db")
  const replica = await openHere({ sinks: [sqliteSink(rows)] })
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await (await replica.load("notes/1")).change(draft => void (draft["kept"] = 1)).projected
  const { end } = replica.host
  await runSql(rows, `UPDATE documents SET value = '{"kept":1,"forged":1}'`)
  expect((await replica.repair()).counts.mended).toBe(1)
  expect(await valueIn(replica, "notes/1")).toEqual({ kept: 1 })
  expect(replica.host.end).toEqual(end)
})

test("[FC22] folding a history again and again leaves one snapshot, and a store that does not grow", async () => {
  const folder = mkdtempSync(join(tmpdir(), "syncline-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const [path, stateDirectory] = [join(folder, "notes.db"), join(folder, "state")]
  const foldOften = async (times: number): Promise<number> => {
    const replica = await openHere({ store: sqliteStore(path, { stateDirectory, durability: "process" }) })
    for (let i = 0; i < times; i++) {
      await put(replica, "notes/1", "n", "x".repeat(2_000) + String(i))
      await replica.compact("notes/1")
    }
    await replica.close()
    return statSync(path).size
  }
  const before = await foldOften(20)
  expect(await foldOften(80)).toBeLessThan(1.5 * before)
})

test("[FC23] two versions of one app keep what the other one wrote", async () => {
  const old = collection<{ title?: string }>("notes")
  const recent = collection<{ title?: string; body: string }>("notes", { fields: { body: text() } })
  const [theirs, ours] = [await openHere({ collections: [old] }), await openHere({ collections: [recent] })]
  const link = linkTo(theirs, ours)
  const [note, same] = [await ours.load(recent, "1"), await theirs.load(old, "1")]
  note.change(draft => Object.assign(draft, { title: "new", body: "long" }))
  await link.synced()
  same.change(draft => (draft.title = "old"))
  await link.synced()
  expect([note.value, same.value]).toEqual([
    { title: "old", body: "long" },
    { title: "old", body: "long" }
  ])
})

/** Changes a database behind Syncline's back. */
async function runSql(path: string, sql: string): Promise<void> {
  // By a variable, for the types of better-sqlite3 are not among our dependencies.
  const name = "better-sqlite3"
  const { default: Database } = (await import(name)) as {
    readonly default: new (path: string) => { exec(sql: string): void; close(): void }
  }
  const database = new Database(path)
  database.exec(sql)
  database.close()
}
