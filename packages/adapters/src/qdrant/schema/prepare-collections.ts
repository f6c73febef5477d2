import { coreError } from "@syncline/core"
import type { QdrantRequests } from "../client/qdrant-requests.ts"
import type { QdrantSettings } from "../qdrant-options.ts"
import { CollectionMaker, type FoundCollection, foreignCollection, hasVectorsOf } from "./collection-maker.ts"
import type { CollectionShapes, FactsStore, SinkFacts } from "./sink-facts.ts"
import {
  type CollectionShape,
  recordDeletionIndexes,
  recordsCollection,
  recordsShape,
  rowDeletionIndexes,
  type TableCollection
} from "./table-collection.ts"

/** Points that one request may concern. */
export interface PointLimits {
  /** Written, or deleted. */
  readonly upsert: number
  /** A page of those that a filter finds. */
  readonly query: number
  /** Read by their ids. */
  readonly retrieve: number
  /** Searched for; without a limit but that of strict mode. */
  readonly search: number
  /** Values in a list of a filter; without a limit but that of strict mode. */
  readonly list: number
}

/** What opening a sink found out. */
export interface PreparedSink {
  readonly facts: SinkFacts
  readonly limits: PointLimits
}

/** What opening needs. */
export interface Preparation {
  readonly requests: QdrantRequests
  readonly settings: QdrantSettings
  readonly tables: readonly TableCollection[]
  readonly store: FactsStore
}

/**
 * Makes the sink's collections, or brings them to this projection. A changed mapping raises the projection version; so does a collection that was
 * gone. Collections of rows with other vectors than before are made anew, those no longer declared are dropped; what the sink did not make is never
 * touched, nor is what it shares with other tenants.
 *
 * Facts are written first, with the shapes before and after: wherever this ends, the next opening knows what is its own. Once all is done, the shapes
 * before are forgotten: whatever has one of those names from then on is somebody else's.
 *
 * @throws SynclineError `sink-foreign`, `store-newer`.
 */
export async function prepareCollections(preparation: Preparation): Promise<PreparedSink> {
  const { requests, settings, tables, store } = preparation
  const maker = new CollectionMaker(requests, settings.collections)
  const looked = tables.map(async ({ name }) => [name, await maker.find(name)] as const)
  const found: ReadonlyMap<string, FoundCollection | undefined> = new Map(await Promise.all(looked))
  const records = await prepareRecords(preparation, maker)
  const present = (await store.load()) ?? (await mustBeNobodys(preparation, found))
  const facts = await bringToForce(preparation, present, found)
  // Another process was faster with another mapping: what was looked at is not what there is any more.
  if (facts.hash !== settings.projection.hash) return prepareCollections(preparation)
  await dropFormer(settings, maker, facts)
  const prepared = tables.map(table => prepareTable(settings, maker, table, facts, found.get(table.name)))
  const limits = [records, ...(await Promise.all(prepared))]
  const settled = await forgetFormer(store, facts)
  if (settled.hash !== settings.projection.hash) return prepareCollections(preparation)
  return { facts: settled, limits: lowestOf(limits, settings.maxRequestPoints) }
}

function lowestOf(limits: readonly FoundCollection["limits"][], most: number): PointLimits {
  const lowest = (which: keyof FoundCollection["limits"], bound = Number.POSITIVE_INFINITY): number =>
    Math.min(bound, ...limits.flatMap(each => each[which] ?? []))
  return {
    upsert: lowest("upsert", most),
    query: lowest("query", most),
    retrieve: lowest("retrieve", most),
    search: lowest("query"),
    list: lowest("list")
  }
}

async function prepareRecords(
  { settings, store }: Preparation,
  maker: CollectionMaker
): Promise<FoundCollection["limits"]> {
  const name = recordsCollection(settings)
  const shape = recordsShape(settings)
  const before = await maker.find(name)
  if (before === undefined) await maker.make(name, shape)
  else if (!hasVectorsOf(before, shape))
    throw foreignCollection(name, "has vectors, so this sink did not make it")
  // Whose it is comes before anything is changed in it.
  else await store.load()
  const found = before ?? (await maker.find(name))
  if (found === undefined) throw madeOtherwise(name)
  const indexes = wantedIndexes(shape, recordDeletionIndexes, found)
  mustFit(name, indexes, found)
  await maker.index(name, indexes, found)
  return found.limits
}

/**
 * Where there are no facts, nothing may be there: a collection of rows from before the sink is another's, unless tenants share it. Facts that came in
 * the meantime are those of another process which opens the same sink.
 */
async function mustBeNobodys(
  { requests, settings, tables, store }: Preparation,
  found: ReadonlyMap<string, FoundCollection | undefined>
): Promise<SinkFacts | undefined> {
  if (settings.tenant !== undefined) return undefined
  const taken = tables.find(({ name }) => found.get(name) !== undefined)
  if (taken !== undefined) throw foreignCollection(taken.name, "is there, and this sink did not make it")
  const name = recordsCollection(settings)
  const { points } = await requests.scroll(name, { payload: false }, 1)
  if (points.length === 0) return undefined
  const facts = await store.load()
  if (facts === undefined) throw foreignCollection(name, "has points that are not this sink's")
  return facts
}

async function bringToForce(
  preparation: Preparation,
  present: SinkFacts | undefined,
  found: ReadonlyMap<string, FoundCollection | undefined>
): Promise<SinkFacts> {
  const { settings, tables, store } = preparation
  const { hash } = settings.projection
  const collections: CollectionShapes = Object.fromEntries(tables.map(({ name, shape }) => [name, shape]))
  if (present === undefined)
    return store.begin({ generation: 1, projection: 1, hash, collections, former: {} })
  const isWhole = tables.every(({ name }) => found.get(name) !== undefined)
  if (present.hash === hash && isWhole) return present
  const taken = tables.filter(({ name }) => found.get(name) !== undefined)
  await mustKnow(preparation, present, taken)
  // Of an opening that did not get to its end, shapes before it are still to be known.
  const former = present.hash === hash ? present.former : { ...present.former, ...present.collections }
  return store.swap(present, { ...present, projection: present.projection + 1, hash, collections, former })
}

/**
 * What a table newly declared finds under its name must be the sink's own. An empty collection may be: another process that opened with this mapping made
 * it, and was overtaken before it had anything to write.
 */
async function mustKnow(
  { requests, settings }: Preparation,
  { collections, former }: SinkFacts,
  taken: readonly TableCollection[]
): Promise<void> {
  if (settings.tenant !== undefined) return
  for (const { name } of taken) {
    if (collections[name] !== undefined || former[name] !== undefined) continue
    const { points } = await requests.scroll(name, { payload: false }, 1)
    if (points.length > 0) throw foreignCollection(name, "is there, and this sink did not make it")
  }
}

/** Former collections are dropped or changed by now. Their names mean nothing any more. */
async function forgetFormer(store: FactsStore, facts: SinkFacts): Promise<SinkFacts> {
  if (Object.keys(facts.former).length === 0) return facts
  return store.swap(facts, { ...facts, former: {} })
}

async function dropFormer(settings: QdrantSettings, maker: CollectionMaker, facts: SinkFacts): Promise<void> {
  if (settings.tenant !== undefined) return
  for (const [name, shape] of Object.entries(facts.former)) {
    if (facts.collections[name] !== undefined) continue
    const left = await maker.find(name)
    // Somebody else's by now, where it does not look as it was made.
    if (left !== undefined && hasVectorsOf(left, shape)) await maker.drop(name)
  }
}

async function prepareTable(
  { tenant }: QdrantSettings,
  maker: CollectionMaker,
  { name, shape }: TableCollection,
  { former }: SinkFacts,
  looked: FoundCollection | undefined
): Promise<FoundCollection["limits"]> {
  // Another process may have made it anew since it was looked at.
  const found = looked && (hasVectorsOf(looked, shape) ? looked : await maker.find(name))
  if (found !== undefined && hasVectorsOf(found, shape)) {
    const indexes = wantedIndexes(shape, rowDeletionIndexes, found)
    mustFit(name, { ...indexes, ...replaceable(former[name]?.indexes, found, tenant) }, found)
    await maker.index(name, indexes, found)
    return found.limits
  }
  if (found !== undefined) {
    const before = former[name]
    if (before === undefined || !hasVectorsOf(found, before) || tenant !== undefined)
      throw foreignCollection(name, "has other vectors than the table")
    await maker.drop(name)
  }
  await maker.make(name, shape)
  const made = await maker.find(name)
  if (made === undefined || !hasVectorsOf(made, shape)) throw madeOtherwise(name)
  await maker.index(name, wantedIndexes(shape, rowDeletionIndexes, made), made)
  return made.limits
}

/** Those that deletions take, only where they do not go without. */
function wantedIndexes(
  { indexes }: CollectionShape,
  ofDeletions: CollectionShape["indexes"],
  { indexedDeletions }: FoundCollection
): CollectionShape["indexes"] {
  return indexedDeletions ? { ...indexes, ...ofDeletions } : indexes
}

/** Passes: the next opening finds what is in force by then. */
function madeOtherwise(name: string): Error {
  return coreError(
    "sink-fenced",
    `collection "${name}" is being made by another process with another mapping; open the sink again`,
    { details: { collection: name } }
  )
}

/** Indexes of the mapping before, which are the sink's own to replace. */
function replaceable(
  before: Readonly<Record<string, string>> = {},
  found: FoundCollection,
  tenant: string | undefined
): Readonly<Record<string, string>> {
  if (tenant !== undefined) return {}
  return Object.fromEntries(Object.entries(before).filter(([field, type]) => found.indexes[field] === type))
}

/** Another index than expected is somebody else's: searches by it would find nothing, or be refused. */
function mustFit(
  name: string,
  wanted: Readonly<Record<string, string>>,
  found: FoundCollection | undefined
): void {
  for (const [field, type] of Object.entries(wanted)) {
    const present = found?.indexes[field]
    if (present !== undefined && present !== type)
      throw foreignCollection(name, `indexes "${field}" as ${present} instead of ${type}`)
  }
}
