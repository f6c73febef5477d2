// What a page does with its IndexedDB, for tests.
import { indexedDbSink, indexedDbStore } from "@syncline/adapters/indexeddb"
import { openReplica, type Replica } from "@syncline/core"
import { sinkContract, type SinkFixture, storeContract } from "@syncline/core/testing"
import { deleteDB, openDB } from "idb"
import { yjs } from "@syncline/core/yjs"
import { IndexedDbSinkDamage } from "../../packages/adapters/src/indexeddb/testing/indexeddb-sink-damage.ts"

let names = 0
let replica: Replica | undefined

const makeStore = () => ({ store: indexedDbStore(`contract-${++names}`) })
const makeSink = (): SinkFixture => {
  const name = `contract-${++names}`
  return {
    sink: tables => indexedDbSink(name, tables === undefined ? {} : { tables }),
    damage: new IndexedDbSinkDamage(name)
  }
}
const contracts = [
  ...storeContract("Chromium", makeStore, { histories: 8 }),
  ...sinkContract("Chromium", makeSink)
]

function own(): Replica {
  if (replica === undefined) throw new Error("open comes first")
  return replica
}

/** The code of the error with which it fails, and what it says; nothing when it does not. */
async function failure(action: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await action()
    return undefined
  } catch (cause) {
    const { code } = cause as { readonly code?: string }
    return `${code ?? "untyped"}: ${String(cause)}`
  }
}

/** Such that no database makes them smaller. */
function randomBytes(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(60_000))
}

/** What is used of idb here, whose own types need those of browsers. */
interface Filler {
  createObjectStore(name: string): void
  put(store: string, value: unknown, key: number): Promise<unknown>
  close(): void
}

/** What the test calls. */
export interface IndexedDbPage {
  /** Runs the case of that title. */
  check(title: string): Promise<void>
  /** Opens a replica on the store of that name; how that failed. */
  open(name: string): Promise<string | undefined>
  close(): Promise<void>
  actor(): string
  /** Writes a text durably; how that failed. */
  write(id: string, text: string): Promise<string | undefined>
  /** Writes a text of so many random characters, which do not compress. */
  writeLarge(id: string, units: number): Promise<string | undefined>
  /** Uses the origin's quota up with a database of its own; how many rows that has. */
  fill(): Promise<number>
  retry(id: string): Promise<string | undefined>
  read(id: string): Promise<unknown>
  /** Writes one commit after the other for good, and says on the console which are durable. */
  writeForEver(): void
  deleteDatabase(name: string): Promise<void>
}

async function write(id: string, text: string): Promise<void> {
  const document = await own().load(id)
  await document.change(draft => {
    draft["text"] = text
  }).durable
}

const page: IndexedDbPage = {
  check: async title => {
    const found = contracts.find(one => one.title === title)
    if (found === undefined) throw new Error(`no case ${title}`)
    await found.run()
  },
  open: name =>
    failure(async () => {
      replica = await openReplica({ store: indexedDbStore(name), engine: yjs() })
    }),
  close: async () => own().close(),
  actor: () => own().actor,
  write: (id, text) => failure(() => write(id, text)),
  writeLarge: (id, units) => {
    const random = Array.from({ length: units / 10_000 }, () =>
      Array.from(crypto.getRandomValues(new Uint16Array(10_000)), unit =>
        String.fromCharCode(0x4e00 + (unit % 20_000))
      )
    )
    return failure(() => write(id, random.flat().join("")))
  },
  fill: async () => {
    const options = { upgrade: (database: Filler) => database.createObjectStore("rows") }
    const filler = (await openDB("filler", 1, options as object)) as unknown as Filler
    let written = 0
    for (const chunks of [10, 1])
      for (;;) {
        const rows = Array.from({ length: chunks }, randomBytes)
        if ((await failure(async () => filler.put("rows", rows, written))) !== undefined) break
        written++
      }
    filler.close()
    return written
  },
  retry: id => failure(async () => (await own().load(id)).retry()),
  read: async id => (await own().load(id)).value,
  writeForEver: () => {
    const next = async (count: number): Promise<void> => {
      await write(`notes/${count % 7}`, `${count}`)
      // The console is what leaves the page before it is killed.
      console.log(`durable ${count}`)
      await next(count + 1)
    }
    void next(1)
  },
  deleteDatabase: name => deleteDB(name)
}
Object.assign(globalThis, { page })
