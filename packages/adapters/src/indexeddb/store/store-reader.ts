import {
  compareUtf8,
  type DocumentId,
  emptyLog,
  type Page,
  type StoredDocument,
  type StoredHead,
  type StoredRecord
} from "@syncline/core"
import { BaseReader } from "./base-reader.ts"
import { recordOf } from "./document-chain.ts"
import { type DocumentEntry, headOf } from "./document-entry.ts"
import type { HeldRecord } from "./document-chain.ts"
import { stores } from "./store-schema.ts"
import { bytesOf, damaged, keyOfText } from "./stored-bytes.ts"
import { entriesFrom, findEntries, findEntry, type StoredState, valuesAfter } from "./stored-state.ts"

/** Everything a session reads. Each call is to have its turn. */
export class StoreReader {
  readonly #state: StoredState
  readonly #bases: BaseReader

  constructor(state: StoredState) {
    this.#state = state
    this.#bases = new BaseReader(state.database)
  }

  async head(id: DocumentId): Promise<StoredHead | undefined> {
    const entry = await findEntry(this.#state, id)
    return entry && headOf(entry)
  }

  async document(id: DocumentId): Promise<StoredDocument | undefined> {
    const { chain } = this.#state
    const entry = await findEntry(this.#state, id)
    if (entry === undefined) return undefined
    const [base, records] = await Promise.all([this.#bases.read(id), chain.records(entry, 0)])
    return {
      head: headOf(entry),
      ...(base !== undefined && { base }),
      records: records.map(recordOf)
    }
  }

  async heads({
    after,
    collection,
    limit
  }: Page & { after?: DocumentId; collection?: string }): Promise<StoredHead[]> {
    const prefix = collection === undefined ? "" : `${collection}/`
    const isAfterPrefix = after !== undefined && compareUtf8(after, prefix) >= 0
    const found: StoredHead[] = []
    for await (const entries of entriesFrom(this.#state, isAfterPrefix ? after : prefix))
      for (const entry of entries) {
        if (!entry.id.startsWith(prefix)) return found
        if (entry.id === after) continue
        found.push(headOf(entry))
        if (found.length >= limit) return found
      }
    return found
  }

  async changedSince({ after, limit }: Page & { after: number }): Promise<StoredHead[]> {
    const found: StoredHead[] = []
    for await (const segments of this.#state.segments.from(after, this.#state.swept)) {
      if (found.length === 0) this.#state.segments.keep(segments)
      const entries = segments.flatMap(segment => segment.entries.filter(({ position }) => position > after))
      const known = await findEntries(
        this.#state,
        entries.map(({ document }) => document)
      )
      for (const { document, position } of entries) {
        const entry = known.get(document)
        if (entry === undefined) throw ownerless(position)
        if (entry.position === position) found.push(headOf(entry))
        if (found.length >= limit) return found
      }
    }
    return found
  }

  async log({
    after,
    document,
    limit
  }: Page & { after: number; document?: DocumentId }): Promise<StoredRecord[]> {
    if (document !== undefined) return this.#logOf(document, after, limit)
    const found: StoredRecord[] = []
    for await (const segments of this.#state.segments.from(after, this.#state.swept))
      for (const { entries } of segments)
        for (const { record, ...entry } of entries) {
          if (record === undefined || entry.position <= after) continue
          found.push(recordOf({ ...entry, record }))
          if (found.length >= limit) return found
        }
    return found
  }

  async hashAt(position: number): Promise<Uint8Array | undefined> {
    if (position === 0) return emptyLog.hash.slice()
    const entry = await this.#state.segments.entry(position)
    return entry && new Uint8Array(entry.hash)
  }

  /** One seek a collection: from the first id of one to the first that can be of another. */
  async collections(): Promise<string[]> {
    const names: string[] = []
    for (let from = ""; ; ) {
      const first = await this.#firstFrom(from)
      if (first === undefined) return names.sort(compareUtf8)
      const name = first.id.slice(0, first.id.indexOf("/"))
      names.push(name)
      // "0" follows "/" in UTF-8.
      from = `${name}0`
    }
  }

  async value(space: string, key: string): Promise<Uint8Array | undefined> {
    const row = await this.#state.database.get(stores.values, [keyOfText(space), keyOfText(key)])
    return row === undefined ? undefined : valueOf(row).value
  }

  async values({
    space,
    after,
    limit
  }: Page & { space: string; after?: string }): Promise<{ key: string; value: Uint8Array }[]> {
    const range = valuesAfter(keyOfText(space), after === undefined ? undefined : keyOfText(after))
    return (await this.#state.database.getAll(stores.values, range, limit)).map(valueOf)
  }

  async #firstFrom(from: string): Promise<DocumentEntry | undefined> {
    for await (const [first] of entriesFrom(this.#state, from)) if (first !== undefined) return first
    return undefined
  }

  async #logOf(document: DocumentId, after: number, limit: number): Promise<StoredRecord[]> {
    const entry = await findEntry(this.#state, document)
    if (entry === undefined) return []
    const records: readonly HeldRecord[] = await this.#state.chain.page(entry, after, limit)
    return records.map(recordOf)
  }
}

function valueOf(row: unknown): { key: string; value: Uint8Array } {
  if (typeof row !== "object" || row === null || !("key" in row) || !("value" in row))
    throw damaged("a small value", "is not what was written")
  if (typeof row.key !== "string") throw damaged("the key of a small value", "is not text")
  return { key: row.key, value: bytesOf(row.value, `the value ${row.key}`) }
}

function ownerless(position: number): Error {
  return damaged(`the log record at position ${position}`, "belongs to no document")
}
