import { sqliteStore } from "@syncline/adapters/sqlite"
import { collection, type Document, list, openReplica, type Replica, text } from "@syncline/core"
import { yjs } from "@syncline/core/yjs"

/** A document that counts: entry n is n. */
export interface Journal {
  readonly entries: readonly number[]
  readonly notes: string
}

const documents = 4
const declared = collection<Journal>("journals", { fields: { entries: list(), notes: text() } })

/** Opens the store which writers are killed on. */
export async function openJournals(
  path: string,
  stateDirectory: string
): Promise<{ readonly replica: Replica; readonly journals: readonly Document<Journal>[] }> {
  const store = sqliteStore(path, { stateDirectory })
  const replica = await openReplica({ store, engine: yjs(), collections: [declared] })
  const journals: Document<Journal>[] = []
  for (let n = 0; n < documents; n++) journals.push(await replica.load(declared, `${n}`))
  return { replica, journals }
}
