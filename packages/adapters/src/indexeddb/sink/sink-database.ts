import { coreError, type Projection, type SinkContext, type TableLayout } from "@syncline/core"
import { mustLeaveLeased, type SinkAge, type StoredLease } from "@syncline/core/projection"
import { type IdbDatabase, type IdbTransaction, keyRanges } from "../driver/idb-driver.ts"
import { type ConnectionEvents, type DatabaseKind, openAsIs, openVersion } from "../driver/open-database.ts"
import { abortQuietly } from "../driver/run-transaction.ts"
import { keyPathOf } from "./table-rows.ts"

/** The sink's own object stores. */
export const sinkStores = {
  /**
   * `facts` has `SinkFacts`, `tables` the names of the object stores that the sink made, `altered` is there until an
   * upgrade that made some is noted in the facts, `lease` is a `StoredLease` once somebody took it, `["watermark", epoch]` says how far a
   * store's log was applied.
   */
  sink: "syncline_sink",
  /** Bookkeeping by the UTF-8 bytes of the document's id. See `StoredRecord`. */
  records: "syncline_records"
} as const

/** Under which key the lease lies. */
export const leaseKey = "lease"

/** What a sink's database says of itself. */
export interface SinkFacts extends SinkAge {
  /** Of this layout; a newer one is refused. */
  readonly format: number
  readonly name: string
  /** Of the mapping in force. */
  readonly hash: string
}

const format = 1

const kind: DatabaseKind = {
  title: "IndexedDB sink",
  marker: sinkStores.sink,
  version: 1,
  foreignCode: "sink-foreign",
  upgrade(database, from) {
    if (from === 0) for (const name of Object.values(sinkStores)) database.createObjectStore(name)
  }
}

/**
 * Opens a sink's database and brings its object stores in line with the mapping, by an upgrade where they are not.
 * Only object stores that the sink made are dropped.
 *
 * @throws SynclineError `sink-foreign`, `store-newer`, `store-locked`, and those of `mustLeaveLeased`.
 */
export async function openSinkDatabase(
  database: string,
  name: string,
  { tables }: Projection,
  context: SinkContext,
  events: ConnectionEvents
): Promise<IdbDatabase> {
  const opened = await openAsIs(database, kind, events)
  try {
    checkOwner(await loadFacts(opened), database, name)
    const made = await madeStores(opened)
    checkNames(opened, tables, made, database)
    if (isInLine(opened, tables, made)) return opened
    // Before the upgrade is asked for: the holder would have to let go for it.
    const lease: unknown = await opened.get(sinkStores.sink, leaseKey)
    mustLeaveLeased(name, isLease(lease) ? lease : undefined, context, true)
    const { version } = opened
    opened.close()
    const upgraded = await openUnlessLeased(
      found => mustLeaveLeased(name, found, context, true),
      upgrade => openVersion(database, version + 1, { ...kind, upgrade }, events),
      (db, transaction) => alignStores(db, transaction, tables, made)
    )
    if (isInLine(upgraded, tables, made)) return upgraded
    upgraded.close()
    // Another tab had the same version first, for other tables.
    throw coreError(
      "sink-failed",
      `the sink ${database} was upgraded by another tab meanwhile; it is tried again`
    )
  } catch (cause) {
    opened.close()
    throw cause
  }
}

/**
 * Upgrades only as the lease lies when the others have let go: that takes as long as they take, and one of them may have taken or renewed it
 * meanwhile. What is refused in the upgrade's transaction changes nothing.
 */
async function openUnlessLeased(
  mustLeave: (lease: StoredLease | undefined) => void,
  open: (upgrade: DatabaseKind["upgrade"]) => Promise<IdbDatabase>,
  align: (database: IdbDatabase, transaction: IdbTransaction) => void
): Promise<IdbDatabase> {
  let refusal: unknown
  try {
    return await open((database, _, __, transaction) => {
      // The opening says what became of it.
      transaction.done.catch(() => {})
      const looking = transaction.objectStore(sinkStores.sink).get(leaseKey)
      looking
        .then(lease => {
          mustLeave(isLease(lease) ? lease : undefined)
          align(database, transaction)
        })
        .catch((cause: unknown) => {
          refusal = cause
          abortQuietly(transaction)
        })
    })
  } catch (cause) {
    throw refusal ?? cause
  }
}

/** The object stores that the sink made. Where nothing says so any more, for somebody cleared all of them: those in which nothing is, for the database is the sink's alone. */
async function madeStores(database: IdbDatabase): Promise<readonly string[]> {
  const noted = (await database.get(sinkStores.sink, "tables")) as readonly string[] | undefined
  if (noted !== undefined) return noted
  const names = [...database.objectStoreNames]
  const transaction = database.transaction(names, "readonly")
  const counts = await Promise.all(names.map(name => transaction.objectStore(name).count()))
  // Of the sink's own, that of records says whether rows may be left.
  const isEmptied = counts[names.indexOf(sinkStores.records)] === 0
  const own: readonly string[] = Object.values(sinkStores)
  return isEmptied ? names.filter((name, at) => counts[at] === 0 && !own.includes(name)) : []
}

/** What the database says of itself; nothing before a session was first opened on it. */
async function loadFacts(database: IdbDatabase): Promise<SinkFacts | undefined> {
  return (await database.get(sinkStores.sink, "facts")) as SinkFacts | undefined
}

/**
 * Facts in force for a mapping: another one than before, or stores that were made anew, raise the projection version.
 *
 * @throws SynclineError those of `mustLeaveLeased`.
 */
export async function adoptMapping(
  transaction: IdbTransaction,
  name: string,
  { hash, tables }: Projection,
  context: SinkContext
): Promise<SinkFacts> {
  const sink = transaction.objectStore(sinkStores.sink)
  const [found, altered, lease] = await Promise.all([
    sink.get("facts"),
    sink.get("altered"),
    sink.get(leaseKey)
  ])
  const before = found as SinkFacts | undefined
  const isInForce = before?.hash === hash && altered === undefined
  mustLeaveLeased(name, isLease(lease) ? lease : undefined, context, !isInForce)
  if (isInForce) return before
  const facts: SinkFacts = {
    format,
    name,
    generation: before?.generation ?? 1,
    projection: (before?.projection ?? 0) + 1,
    hash
  }
  await Promise.all([
    sink.put(facts, "facts"),
    sink.put(
      tables.map(table => table.name),
      "tables"
    ),
    sink.delete("altered"),
    rewind(transaction)
  ])
  return facts
}

/** Who may write, as of this transaction; no facts where somebody cleared the database. */
export async function loadStanding(
  transaction: IdbTransaction
): Promise<{ readonly facts: SinkFacts | undefined; readonly lease: StoredLease | undefined }> {
  const sink = transaction.objectStore(sinkStores.sink)
  const [facts, lease] = await Promise.all([sink.get("facts"), sink.get(leaseKey)])
  return { facts: facts as SinkFacts | undefined, lease: isLease(lease) ? lease : undefined }
}

/** What somebody else wrote in its place counts as none: the next holder's takes its place, and nobody is kept out for good. */
function isLease(value: unknown): value is StoredLease {
  if (typeof value !== "object" || value === null) return false
  const { holder, epoch, fence, untilMs } = value as Partial<Record<keyof StoredLease, unknown>>
  return (
    typeof holder === "string" &&
    typeof epoch === "string" &&
    Number.isSafeInteger(fence) &&
    typeof untilMs === "number"
  )
}

/** Everything is to be applied anew, by every writer. */
export async function rewind(transaction: IdbTransaction): Promise<void> {
  const sink = transaction.objectStore(sinkStores.sink)
  const saved = (await sink.getAll(watermarkKeys())) as readonly { readonly epoch: string }[]
  await Promise.all(saved.map(({ epoch }) => sink.put({ epoch, position: 0 }, ["watermark", epoch])))
}

function watermarkKeys(): ReturnType<ReturnType<typeof keyRanges>["bound"]> {
  return keyRanges().bound(["watermark"], ["watermark", []])
}

/** All object stores of a mapping, and the sink's own. */
export function storeNames({ tables }: Pick<Projection, "tables">): string[] {
  return [...Object.values(sinkStores), ...tables.map(({ name }) => name)]
}

/** What an object store must look like to be that of a table. */
function shapeOf(keyPath: unknown, indexes: readonly string[]): string {
  return JSON.stringify([keyPath, indexes.toSorted()])
}

function isInLine(database: IdbDatabase, tables: readonly TableLayout[], made: readonly string[]): boolean {
  const present = new Set(database.objectStoreNames)
  const wanted = new Set(tables.map(({ name }) => name))
  if (made.some(name => !wanted.has(name) && present.has(name))) return false
  if (tables.some(({ name }) => !present.has(name))) return false
  const transaction = database.transaction([...wanted], "readonly")
  return tables.every(table => isAligned(transaction, table))
}

function isAligned(transaction: IdbTransaction, table: TableLayout): boolean {
  const { keyPath, indexNames } = transaction.objectStore(table.name)
  return shapeOf(keyPath, [...indexNames]) === shapeOf(keyPathOf(table), indexesOf(table))
}

function indexesOf({ columns }: TableLayout): string[] {
  return columns.filter(({ indexed }) => indexed).map(({ name }) => name)
}

function alignStores(
  database: IdbDatabase,
  transaction: IdbTransaction,
  tables: readonly TableLayout[],
  made: readonly string[]
): void {
  const wanted = new Map(tables.map(table => [table.name, table]))
  for (const name of made) {
    const table = wanted.get(name)
    const isThere = [...database.objectStoreNames].includes(name)
    if (isThere && (table === undefined || !isAligned(transaction, table))) database.deleteObjectStore(name)
  }
  for (const table of tables) {
    if ([...database.objectStoreNames].includes(table.name)) continue
    const keyPath = keyPathOf(table)
    const store = database.createObjectStore(table.name, { keyPath })
    for (const column of indexesOf(table)) store.createIndex(column, column)
  }
  const sink = transaction.objectStore(sinkStores.sink)
  void sink.put(true, "altered")
  void sink.put([...wanted.keys()], "tables")
}

function checkOwner(facts: SinkFacts | undefined, database: string, name: string): void {
  if (facts === undefined) return
  if (facts.format > format)
    throw coreError(
      "store-newer",
      `the sink ${database} has a newer format; reload the page for a newer Syncline`,
      {
        details: { database, format: facts.format }
      }
    )
  if (facts.name !== name)
    throw coreError(
      "sink-foreign",
      `the database ${database} is that of the sink "${facts.name}"; choose another`,
      {
        details: { database, name: facts.name }
      }
    )
}

/** A store of a declared name that the sink did not make is somebody's. */
function checkNames(
  database: IdbDatabase,
  tables: readonly TableLayout[],
  made: readonly string[],
  name: string
): void {
  const present = new Set(database.objectStoreNames)
  const foreign = tables.find(table => present.has(table.name) && !made.includes(table.name))
  if (foreign === undefined) return
  throw coreError(
    "sink-foreign",
    `the database ${name} has an object store ${foreign.name} that the sink did not make; choose another name`,
    { details: { database: name, table: foreign.name } }
  )
}
