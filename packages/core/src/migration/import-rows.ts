import { isSynclineError } from "@syncline/clock"
import { deepEqualJson } from "@syncline/diff/json"
import { collectionOf, parseDocumentId } from "../document/document-id.ts"
import type { JsonObject, JsonValue } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { CommitHandle } from "../replica/commit-handle.ts"
import type { Document } from "../replica/document.ts"
import type { Replica } from "../replica/replica.ts"
import type { ValueWrite } from "../store/store.ts"
import type { SourceRow } from "./json-lines.ts"
import { changedKeys, decodeRecord, encodeRecord, recordOf, type RowRecord } from "./row-record.ts"

/** What to import, and as what. */
export interface ImportOptions {
  /** Whose documents the rows become: a declared collection, or its name. */
  readonly collection: string | { readonly name: string }
  /** `jsonLines(…)`, `sqliteRows(…)`, or rows of one's own. */
  readonly rows: AsyncIterable<SourceRow> | Iterable<SourceRow>
  /** The document's key, the same for a row whenever it comes: its id in the source. */
  readonly key: (row: JsonObject) => string
  /** What the document holds. Default: the row as it is. */
  readonly value?: (row: JsonObject) => JsonObject
  /** Under which the store remembers what was imported. Default: the collection's name; give each of several sources for one collection its own. */
  readonly name?: string
  /** Annotations of the commits, such as where the rows come from. */
  readonly meta?: JsonObject
  /** Hears of every row that was left out, also of those that the report does not list. */
  readonly onBadRow?: (bad: BadRow) => void
  readonly onProgress?: (progress: ImportProgress) => void
  /** Ends it with `aborted` after the batch under way; what was imported stays. */
  readonly signal?: AbortSignal
}

/** A row that was left out, and why. */
export interface BadRow {
  readonly line: number
  readonly message: string
}

/** How many rows became what. */
export interface ImportProgress {
  readonly rows: number
  /** Documents that had never been written. */
  readonly created: number
  /** Documents that got a commit with what changed in their row. */
  readonly changed: number
  /** Rows that say what they said last time, or what is in the document. */
  readonly unchanged: number
  readonly bad: number
}

/** Outcome of an import. */
export interface ImportReport extends ImportProgress {
  /** The first 1,000 of them. */
  readonly badRows: readonly BadRow[]
}

/** Rows in one append of the store, and as many documents in memory. */
const batchRows = 500
const maxListed = 1000
const space = "imported-rows"

/**
 * Imports rows as documents whose ids follow from the rows, so that the same rows can be imported again: a row that says what it said last time changes
 * nothing, also where its document was edited since; of one that says otherwise just those keys are written that changed in the source, as one commit
 * that merges. Rows that are gone from the source leave their documents alone. A row that cannot be imported is reported with its line, and the others
 * go on. May be cut off at any moment and begun again.
 *
 * Memory: a batch of rows, and the keys of all, by which rows with a key that was there before are told.
 *
 * @throws SynclineError `options-invalid`, `aborted`, `replica-closed`, what keeps the store from writing, and what a listener throws
 */
export async function importRows(replica: Replica, options: ImportOptions): Promise<ImportReport> {
  const run = new ImportRun(replica, options)
  let batch: SourceRow[] = []
  for await (const row of options.rows) {
    batch.push(row)
    if (batch.length < batchRows) continue
    await run.take(batch)
    batch = []
  }
  await run.take(batch)
  return run.report
}

interface PlannedRow {
  readonly id: string
  readonly value: JsonObject
  readonly record: RowRecord
  readonly line: number
}

/** What changed in its source since it was imported last. */
interface ComparedRow extends PlannedRow {
  readonly set: readonly string[]
  readonly removed: readonly string[]
  readonly isSame: boolean
}

interface OpenedRow extends ComparedRow {
  readonly document: Document<JsonObject>
  /** Absent where nothing had to be written. */
  commit?: CommitHandle
}

class ImportRun {
  readonly #replica: Replica
  readonly #options: ImportOptions
  readonly #collection: string
  readonly #name: string
  readonly #lines = new Map<string, number>()
  readonly #badRows: BadRow[] = []
  readonly #counts = { rows: 0, created: 0, changed: 0, unchanged: 0, bad: 0 }

  constructor(replica: Replica, options: ImportOptions) {
    this.#replica = replica
    this.#options = options
    this.#collection = checkedCollection(options)
    this.#name = options.name ?? this.#collection
  }

  get report(): ImportReport {
    return { ...this.#counts, badRows: this.#badRows }
  }

  /**
   * First everything is read, and then all documents are changed in one go, so that they come into one append. What is remembered of a row is written
   * with its commit: never is a row passed over whose commit is not there, nor one set again, over later edits, whose commit is.
   */
  async take(rows: readonly SourceRow[]): Promise<void> {
    throwIfAborted(this.#options.signal)
    this.#counts.rows += rows.length
    const planned = rows.map(source => this.#plan(source)).filter(row => row !== undefined)
    const compared = await Promise.all(planned.map(row => this.#compare(row)))
    const opened: OpenedRow[] = []
    for (const row of compared) {
      const document = row.isSame ? undefined : await this.#open(row)
      if (row.isSame) this.#counts.unchanged++
      else if (document !== undefined) opened.push({ ...row, document })
    }
    const written = opened.filter(row => this.#write(row))
    await Promise.all(written.flatMap(({ commit }) => commit?.durable ?? []))
    await this.#rememberAlone(written.filter(({ commit }) => commit?.dot === undefined))
    this.#options.onProgress?.({ ...this.#counts })
  }

  #plan({ line, row, error }: SourceRow): PlannedRow | undefined {
    const { key, value = same } = this.#options
    try {
      if (error !== undefined) throw error
      if (!isObject(row)) throw new Error("the row is no object")
      const keyOfRow: unknown = key(row)
      if (typeof keyOfRow !== "string") throw new Error(`its key is no string but ${String(keyOfRow)}`)
      const id = parseDocumentId(`${this.#collection}/${keyOfRow}`)
      const earlier = this.#lines.get(id)
      if (earlier !== undefined) throw new Error(`its key is that of line ${earlier}`)
      const held: unknown = value(row)
      // A promise or a map has no keys of its own: it would become an empty document.
      if (!isPlainObject(held)) throw new Error("its value is no plain object")
      const planned = { id, value: held, record: recordOf(held), line }
      this.#lines.set(id, line)
      return planned
    } catch (cause) {
      this.#reject(line, cause)
      return undefined
    }
  }

  async #compare(row: PlannedRow): Promise<ComparedRow> {
    const before = decodeRecord(await this.#replica.values.read(space, this.#keyOf(row)))
    const changed = changedKeys(row.record, before ?? {})
    const isSame = before !== undefined && changed.set.length + changed.removed.length === 0
    return { ...row, ...changed, isSame }
  }

  async #open({ id, line }: ComparedRow): Promise<Document<JsonObject> | undefined> {
    try {
      return await this.#replica.load(id)
    } catch (cause) {
      if (!isOfTheRow(cause)) throw cause
      this.#reject(line, cause)
      return undefined
    }
  }

  /** Says whether what the row says is in the document now. */
  #write(row: OpenedRow): boolean {
    const { document, value, set, removed, line } = row
    const { meta } = this.#options
    const isNew = !document.exists
    const written = set.filter(key => !isEqual(own(document.value, key), value[key]))
    const gone = removed.filter(key => Object.hasOwn(document.value, key))
    if (!isNew && written.length + gone.length === 0) return true
    try {
      row.commit = document.change(
        draft => {
          const target = draft as Record<string, unknown>
          for (const key of written) target[key] = value[key]
          for (const key of gone) delete target[key]
        },
        { values: [this.#recordOf(row)], ...(meta === undefined ? {} : { meta }) }
      )
    } catch (cause) {
      if (!isOfTheRow(cause)) throw cause
      this.#reject(line, cause)
      return false
    }
    // An empty row makes no commit, and so no document.
    if (row.commit.dot !== undefined) this.#counts[isNew ? "created" : "changed"]++
    return true
  }

  /**
   * Rows that are in their documents without a commit of this import. What a document shows may wait for its append yet (that of an import before, of an
   * edit), or the append may have failed: remembered nevertheless, the row would be passed over once that is discarded, or gone with the process.
   */
  async #rememberAlone(rows: readonly OpenedRow[]): Promise<void> {
    if (rows.length === 0) return
    await this.#replica.flush()
    for (const { document, line } of rows)
      if (document.blocked !== undefined) this.#reject(line, document.blocked)
    const stored = rows.filter(({ document }) => document.blocked === undefined)
    this.#counts.unchanged += stored.length
    if (stored.length > 0) await this.#replica.values.write(stored.map(row => this.#recordOf(row)))
  }

  #recordOf(row: PlannedRow): ValueWrite {
    return { space, key: this.#keyOf(row), value: encodeRecord(row.record) }
  }

  #keyOf({ id }: PlannedRow): string {
    return `${this.#name} ${id}`
  }

  #reject(line: number, cause: unknown): void {
    const bad = { line, message: cause instanceof Error ? cause.message : String(cause) }
    this.#counts.bad++
    if (this.#badRows.length < maxListed) this.#badRows.push(bad)
    this.#options.onBadRow?.(bad)
  }
}

const same = (row: JsonObject): JsonObject => row

/** What a value, a schema or a document has against one row; anything else concerns all of them. */
const rowCodes: readonly string[] = [
  "document-id-invalid",
  "document-deleted",
  "document-unreadable",
  "document-blocked",
  "value-unsupported",
  "value-invalid",
  "schema-newer",
  "upgrade-failed",
  "path-invalid",
  "draft-invalid"
]

function isOfTheRow(error: unknown): boolean {
  return isSynclineError(error) && rowCodes.includes(error.code)
}

/** @throws SynclineError `options-invalid`: what is wrong for every row is no matter of rows. */
function checkedCollection({ collection, rows, key, value, name }: ImportOptions): string {
  const to: unknown = typeof collection === "object" && collection !== null ? collection.name : collection
  mustBe(typeof to === "string" && isCollectionName(to), "collection", "a collection, or the name of one")
  const isIterable =
    typeof rows === "object" && rows !== null && (Symbol.asyncIterator in rows || Symbol.iterator in rows)
  mustBe(isIterable, "rows", "rows that can be gone through, such as jsonLines(…)")
  mustBe(typeof key === "function", "key", "a function")
  mustBe(value === undefined || typeof value === "function", "value", "a function")
  mustBe(name === undefined || (typeof name === "string" && name !== ""), "name", "a text")
  return to as string
}

function isCollectionName(name: string): boolean {
  try {
    return collectionOf(parseDocumentId(`${name}/key`)) === name
  } catch {
    return false
  }
}

function mustBe(isRight: boolean, option: string, what: string): void {
  if (!isRight) throw coreError("options-invalid", `importRows takes as \`${option}\` ${what}`)
}

function isPlainObject(value: unknown): value is JsonObject {
  if (!isObject(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function own(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isEqual(now: JsonValue | undefined, wanted: JsonValue | undefined): boolean {
  return now !== undefined && wanted !== undefined && deepEqualJson(now, wanted)
}
