import {
  type Collection,
  collection,
  memoryStore,
  openReplica,
  type Replica,
  type Store,
  text
} from "@syncline/core"
import { yjs } from "@syncline/core/yjs"
import { firstText, keyOf } from "./contender.ts"

/** What is synced: small documents with one text. */
export const notes: Collection<{ readonly body: string }> = collection("notes", { fields: { body: text() } })

/** Documents written in one transaction. */
const perTransaction = 1_000

/** Opens a replica that has notes; an empty one in memory unless a store is given. */
export function openNotes(store: Store = memoryStore(), memoryBudgetBytes = 1 << 28): Promise<Replica> {
  return openReplica({ store, engine: yjs(), collections: [notes], memoryBudgetBytes })
}

/** Writes the notes from `from` up to `to`, each in its first version. */
export async function writeNotes(replica: Replica, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index++) {
    const note = await replica.load(notes, keyOf(index))
    note.text("body").insert(0, firstText(index))
    if (index % perTransaction !== perTransaction - 1) continue
    await replica.flush()
    // A store in memory answers without ever leaving the queue of promises, before whose end nothing weakly held is let go of.
    await new Promise(resolve => setImmediate(resolve))
  }
  await replica.flush()
}

/** Adds to the end of a note's text. Durable with the next `flush`. */
export async function appendToNote(replica: Replica, index: number, addition: string): Promise<void> {
  const note = await replica.load(notes, keyOf(index))
  const body = note.text("body")
  body.insert(body.toString().length, addition)
}

/** A note's text; undefined where there is no such note. */
export async function readNote(replica: Replica, index: number): Promise<string | undefined> {
  const note = await replica.load(notes, keyOf(index))
  return note.exists ? note.value.body : undefined
}
