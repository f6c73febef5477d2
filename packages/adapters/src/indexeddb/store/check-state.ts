import { isSynclineError } from "@syncline/clock"
import type { DocumentId, IntegrityProblem } from "@syncline/core"
import type { DocumentEntry } from "./document-entry.ts"
import type { LogEntry } from "./segment.ts"
import { stores } from "./store-schema.ts"
import { textOfKey } from "./stored-bytes.ts"
import { entriesFrom, findEntries, type StoredState } from "./stored-state.ts"

/** The last entry of each document that was seen in the log, and whether it has a record. */
type Newest = Map<DocumentId, { readonly position: number; readonly hasRecord: boolean }>

/**
 * Checks everything against what it must agree with, in steps that each give what they found: the log and how its
 * records lead to each other first, then documents, then bases. Read-only. Each step is to have a turn of its own.
 */
export async function* checkState(state: StoredState): Steps {
  const newest: Newest = new Map()
  const { position } = state.end
  yield* caught("log", checkLog(state, newest))
  yield* caught("head", checkDocuments(state, newest, position))
  yield* caught("base", checkBases(state))
}

type Steps = AsyncGenerator<readonly IntegrityProblem[], void>

/** What does not even decode ends that part of the check, and is the last that it finds. */
async function* caught(what: IntegrityProblem["what"], steps: Steps): Steps {
  try {
    yield* steps
  } catch (cause) {
    if (!isSynclineError(cause, "store-corrupt")) throw cause
    yield [{ what, message: cause.message }]
  }
}

async function* checkLog(state: StoredState, newest: Newest): Steps {
  let last = 0
  for await (const segments of state.segments.from(0, state.swept)) {
    const entries = segments.flatMap(segment => segment.entries)
    const known = await findEntries(
      state,
      entries.map(({ document }) => document)
    )
    const problems: IntegrityProblem[] = []
    for (const entry of entries) {
      const { document, position, record } = entry
      const fault = faultOfLog(entry, known.get(document), newest)
      if (fault !== undefined) problems.push(problem("log", document, position, fault))
      newest.set(document, { position, hasRecord: record !== undefined })
      last = position
    }
    yield problems
  }
  if (last < state.end.position)
    yield [problem("log", undefined, last, `the log ends before position ${state.end.position}`)]
}

function faultOfLog(
  { document, position, record, links }: LogEntry,
  owner: DocumentEntry | undefined,
  newest: Newest
): string | undefined {
  if (owner === undefined) return "the record belongs to no document"
  if (position > owner.position) return "the record is newer than its document says"
  if (position > owner.dropped && record === undefined) return "the record is missing"
  if (position <= owner.dropped && record !== undefined) return "the record should have been dropped"
  const previous = links[0] ?? 0
  if (previous > owner.dropped && newest.get(document)?.position !== previous)
    return "the document's record before this one is missing"
  return undefined
}

/** `checked` is how far the log went when it was looked at: documents may have changed since. */
async function* checkDocuments(state: StoredState, newest: Newest, checked: number): Steps {
  let last = ""
  for await (const entries of entriesFrom(state, "")) {
    const problems: IntegrityProblem[] = []
    for (const entry of entries) {
      const fault = entry.id === last ? "it is listed twice" : faultOf(entry, newest, checked)
      if (fault !== undefined) problems.push(problem("head", entry.id, entry.position, fault))
      last = entry.id
    }
    yield problems
  }
}

function faultOf(
  { id, position, dropped, recent }: DocumentEntry,
  newest: Newest,
  checked: number
): string | undefined {
  if (id.indexOf("/") < 1) return "its id is not collection/key"
  if (position > dropped && recent[0] !== position) return "it does not lead to its newest record"
  if (position === 0 || position > checked) return undefined
  const seen = newest.get(id)
  if (seen?.position !== position) return "its newest log entry is missing"
  return position > dropped && !seen.hasRecord ? "its newest record is missing" : undefined
}

async function* checkBases(state: StoredState): Steps {
  const ids = (await state.database.getAllKeys(stores.bases)).map(key => textOfKey(key) as DocumentId)
  const known = await findEntries(state, ids)
  yield ids
    .filter(id => !known.has(id))
    .map(id => problem("base", id, undefined, "the base belongs to no document"))
}

function problem(
  what: IntegrityProblem["what"],
  document: DocumentId | undefined,
  position: number | undefined,
  message: string
): IntegrityProblem {
  return {
    what,
    ...(document !== undefined && { document }),
    ...(position !== undefined && { position }),
    message
  }
}
