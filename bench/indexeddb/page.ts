// The part of the benches of IndexedDB that runs in the browser: ours and its peers in turns, on the same bytes.
import { indexedDbSink, indexedDbStore } from "@syncline/adapters/indexeddb"
import { openReplica, type Store, type StoreBatch, type StoreSession } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { deleteDB } from "idb"
import { IndexeddbPersistence } from "y-indexeddb"
import { Doc } from "yjs"
import { type BenchNote, benchNotes, notesTable } from "../projection/bench-note.ts"
import { Workload } from "../store/workload.ts"
import { RawStore } from "./raw-store.ts"

/** Milliseconds that both took in a round. */
export interface Round {
  readonly ours: number
  readonly peer: number
}

/** What is appended in a round. */
export interface AppendCase {
  readonly durability: "strict" | "relaxed"
  readonly batchSize: number
  readonly documents: number
  readonly appends: number
  readonly rounds: number
}

/** What the bench calls. */
export interface BenchPage {
  appends(one: AppendCase): Promise<readonly Round[]>
  openings(documents: number, rounds: number): Promise<readonly Round[]>
  keystrokes(count: number, rounds: number): Promise<readonly Round[]>
  fillings(documents: number, rounds: number): Promise<readonly Round[]>
}

let names = 0

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await action()
  return performance.now() - start
}

/** Runs both, each first in every second round, so that neither always follows the other's garbage. */
async function takeTurns(
  rounds: number,
  ours: (round: number) => Promise<number>,
  peer: (round: number) => Promise<number>
): Promise<Round[]> {
  const results: Round[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await ours(round)
      results.push({ ours: first, peer: await peer(round) })
    } else {
      const first = await peer(round)
      results.push({ ours: await ours(round), peer: first })
    }
  }
  return results
}

async function appendAll(
  session: Pick<StoreSession, "append">,
  batches: readonly StoreBatch[]
): Promise<void> {
  for (const batch of batches) await session.append(batch)
}

/** All heads, as a replica reads them when it opens. */
async function readHeads(session: StoreSession): Promise<number> {
  let count = 0
  for (let page = await session.scanHeads({ limit: 1000 }); ; ) {
    count += page.length
    const last = page.at(-1)
    if (last === undefined) return count
    page = await session.scanHeads({ limit: 1000, after: last.id })
  }
}

async function writeNotes(
  store: Store,
  notes: Iterable<{ readonly id: string; readonly note: BenchNote }>
): Promise<void> {
  const replica = await openReplica({ store, engine: yjs() })
  let count = 0
  for (const { id, note } of notes) {
    ;(await replica.load(id)).change(draft => Object.assign(draft, note))
    if (++count % 2000 === 0) await replica.flush()
  }
  await replica.close()
}

interface AnyDatabase {
  transaction(store: string): { objectStore(name: string): { count(): { onsuccess: (() => void) | null } } }
}

/** y-indexeddb says nothing of its own writes; IndexedDB answers a read once those before it are written. */
function settled(database: unknown): Promise<void> {
  return new Promise(resolve => {
    const request = (database as AnyDatabase).transaction("updates").objectStore("updates").count()
    request.onsuccess = () => resolve()
  })
}

const page: BenchPage = {
  async appends({ durability, batchSize, documents, appends, rounds }) {
    const name = `appends-${++names}`
    const session = await indexedDbStore(name, { durability }).open()
    const raw = await RawStore.open(`raw-${name}`, durability)
    const workload = new Workload(documents, 1)
    await session.append(workload.everyDocument())
    const work = Array.from({ length: rounds }, () =>
      Array.from({ length: appends }, () => workload.batch(batchSize))
    )
    const times = await takeTurns(
      rounds,
      round => timed(() => appendAll(session, work[round] ?? [])),
      round => timed(() => appendAll(raw, work[round] ?? []))
    )
    await session.close()
    raw.close()
    for (const used of [name, `raw-${name}`]) await deleteDB(used)
    return times
  },
  async openings(documents, rounds) {
    const name = `openings-${++names}`
    const store = indexedDbStore(name, { durability: "relaxed" })
    const batch = new Workload(documents, 1).everyDocument()
    const session = await store.open()
    await session.append(batch)
    await session.close()
    const raw = await RawStore.open(`raw-${name}`, "relaxed")
    await raw.putRows(batch)
    raw.close()
    const times = await takeTurns(
      rounds,
      async () => {
        let opened: StoreSession | undefined
        const time = await timed(async () => {
          opened = await store.open()
          if ((await readHeads(opened)) !== documents) throw new Error("not all heads were read")
        })
        await opened?.close()
        return time
      },
      () =>
        timed(async () => {
          const again = await RawStore.open(`raw-${name}`, "relaxed")
          if ((await again.readRows()) !== documents) throw new Error("not all rows were read")
          again.close()
        })
    )
    for (const used of [name, `raw-${name}`]) await deleteDB(used)
    return times
  },
  async fillings(documents, rounds) {
    const name = `fillings-${++names}`
    const store = indexedDbStore(name, { durability: "relaxed" })
    const notes = [...benchNotes(documents)]
    await writeNotes(store, notes)
    const times = await takeTurns(
      rounds,
      async round => {
        const sink = indexedDbSink(`rows-${name}-${round}`, { tables: [notesTable] })
        const replica = await openReplica({ store, engine: yjs(), sinks: [sink] })
        const time = await timed(() => replica.sink(sink.name).drain())
        await replica.close()
        await deleteDB(`rows-${name}-${round}`)
        return time
      },
      async round => {
        const raw = await RawStore.open(`raw-${name}-${round}`, "relaxed")
        const time = await timed(async () => {
          for (let at = 0; at < notes.length; at += 500) await raw.putNotes(notes.slice(at, at + 500))
        })
        raw.close()
        await deleteDB(`raw-${name}-${round}`)
        return time
      }
    )
    await deleteDB(name)
    return times
  },
  async keystrokes(count, rounds) {
    return takeTurns(
      rounds,
      async () => {
        const store = indexedDbStore(`typed-${++names}`, { durability: "relaxed" })
        const replica = await openReplica({ store, engine: yjs() })
        const note = await replica.load("notes/typed")
        const time = await timed(async () => {
          for (let at = 0; at < count; at++)
            await note.change(draft => {
              draft[`key ${at % 50}`] = at
            }).durable
        })
        await replica.close()
        return time
      },
      async () => {
        const doc = new Doc()
        const persistence = new IndexeddbPersistence(`typed-${++names}`, doc)
        await persistence.whenSynced
        const map = doc.getMap("note")
        const time = await timed(async () => {
          for (let at = 0; at < count; at++) {
            map.set(`key ${at % 50}`, at)
            await settled(persistence.db)
          }
        })
        await persistence.destroy()
        return time
      }
    )
  }
}
Object.assign(globalThis, { page })
