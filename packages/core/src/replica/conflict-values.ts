import type { Conflict } from "../conflict/conflict.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoreSession, ValueWrite } from "../store/store.ts"
import { valuePages, valuesIn } from "../store/value-pages.ts"

const space = "conflict"

/** Version of the form records have in the store. */
const form = 1

/** No id of a document has it, and it comes before all that such an id may go on with. */
const separator = "\n"

/** A record as a small value. Kept by document, so that those of one, or of a collection, lie together. */
export function conflictWrite(conflict: Conflict): ValueWrite {
  const value = new TextEncoder().encode(JSON.stringify({ form, ...conflict }))
  return { space, key: keyOf(conflict.document, conflict.id), value }
}

/** Takes a record out. */
export function conflictRemoval(document: DocumentId, id: string): ValueWrite {
  return { space, key: keyOf(document, id), value: null }
}

/** The records whose keys begin so, ascending, strictly after a record if given. */
export async function* storedConflicts(
  session: StoreSession,
  prefix: string,
  after: string = prefix
): AsyncGenerator<Conflict> {
  for await (const page of valuePages(valuesIn(session, space), 200, after))
    for (const { key, value } of page) {
      if (!key.startsWith(prefix)) return
      yield decode(key, value)
    }
}

/** What the keys of a document's records begin with. */
export function documentPrefix(document: DocumentId): string {
  return `${document}${separator}`
}

/** One record. */
export async function loadConflict(
  session: StoreSession,
  document: DocumentId,
  id: string
): Promise<Conflict | undefined> {
  const key = keyOf(document, id)
  const value = await session.readValue(space, key)
  return value === undefined ? undefined : decode(key, value)
}

function keyOf(document: DocumentId, id: string): string {
  return `${documentPrefix(document)}${id}`
}

/** @throws SynclineError `store-newer`, `store-corrupt` */
function decode(key: string, value: Uint8Array): Conflict {
  const [document = ""] = key.split(separator)
  let record: (Conflict & { readonly form: number }) | undefined
  try {
    record = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(value)) as typeof record
  } catch (cause) {
    throw coreError("store-corrupt", `a conflict record of "${document}" does not decode; restore a copy`, {
      cause
    })
  }
  if (record === undefined || record.form !== form)
    throw coreError(
      "store-newer",
      `a conflict record of "${document}" was written by a newer Syncline; upgrade`
    )
  const { form: _, ...conflict } = record
  return conflict
}
