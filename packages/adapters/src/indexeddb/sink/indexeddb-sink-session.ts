import {
  coreError,
  type CoreErrorCode,
  type DurableDocument,
  type IdRange,
  type LeaseWish,
  type OpenProjection,
  type Projection,
  type RangeFingerprint,
  Sealer,
  type SinkContent,
  type SinkContext,
  type SinkEntry,
  type SinkGuarantees,
  type SinkLease,
  type SinkRecord,
  type SinkRepair,
  type SinkRepairOutcome,
  type SinkSession,
  type SinkWrite,
  type Watermark
} from "@syncline/core"
import { SinkStanding } from "@syncline/core/projection"
import type { IdbDatabase, IdbTransaction } from "../driver/idb-driver.ts"
import { idbFailure } from "../driver/idb-failure.ts"
import { runTransaction } from "../driver/run-transaction.ts"
import { ContentReader } from "./content-reader.ts"
import { ContentWriter } from "./content-writer.ts"
import { leaseKey, loadStanding, rewind, type SinkFacts, sinkStores, storeNames } from "./sink-database.ts"

/** What an open IndexedDB sink is made of. */
export interface IndexedDbSinkParts {
  readonly database: IdbDatabase
  /** Name of the database, for messages. */
  readonly place: string
  readonly projection: Projection
  readonly context: SinkContext
  readonly facts: SinkFacts
  readonly watermark: Watermark | undefined
  readonly hasRecords: boolean
}

/** An IndexedDB sink, open. `SinkSession` says what each member is for. */
export class IndexedDbSinkSession implements SinkSession {
  readonly guarantees: SinkGuarantees = {
    writes: "conditional",
    atomicWatermark: true,
    compareAndSwap: true,
    tombstones: true,
    lease: true
  }
  readonly collections?: ReadonlySet<string>
  readonly concurrency: number
  readonly plain: Projection["plain"]
  readonly #place: string
  readonly #database: IdbDatabase
  readonly #stores: readonly string[]
  readonly #open: OpenProjection
  readonly #epoch: string
  readonly #reader: ContentReader
  readonly #writer: ContentWriter
  readonly #standing: SinkStanding
  #lost: Error | undefined

  constructor({ database, place, projection, context, facts, watermark, hasRecords }: IndexedDbSinkParts) {
    const sealer = new Sealer(context.sealKey)
    this.#place = place
    this.#database = database
    this.#stores = storeNames(projection)
    this.#open = projection.open(context)
    this.concurrency = projection.concurrency
    this.plain = projection.plain
    this.#epoch = context.epoch
    this.#reader = new ContentReader(projection, sealer)
    this.#writer = new ContentWriter(projection, sealer)
    this.#standing = new SinkStanding({ place, epoch: context.epoch, age: facts, watermark, hasRecords })
    if (projection.collections !== undefined) this.collections = projection.collections
  }

  get generation(): number {
    return this.#standing.age.generation
  }

  get projection(): number {
    return this.#standing.age.projection
  }

  get watermark(): Watermark {
    return this.#standing.watermark
  }

  get inherited(): boolean {
    return this.#standing.inherited
  }

  project(document: DurableDocument): ReturnType<OpenProjection["project"]> {
    return this.#open.project(document)
  }

  async raiseGeneration(from: number): Promise<void> {
    const generation = await this.#write("raising the generation", async transaction => {
      const { facts: found, lease } = await loadStanding(transaction)
      const facts = this.#standing.mustBeThere(found)
      this.#standing.mustHold(lease)
      return this.#raise(transaction, facts, facts.generation === from ? from + 1 : facts.generation)
    })
    this.#standing.raised(generation)
  }

  async takeLease(wish: LeaseWish): Promise<SinkLease> {
    const answer = await this.#write("taking the lease", async transaction => {
      const { facts: present, lease } = await loadStanding(transaction)
      const facts = this.#standing.mustBeThere(present)
      const found = this.#standing.answer(lease, facts, wish)
      if (found.write !== undefined) await transaction.objectStore(sinkStores.sink).put(found.write, leaseKey)
      if (found.generation !== undefined) await this.#raise(transaction, facts, found.generation)
      return found
    })
    this.#standing.held(answer)
    return answer.lease
  }

  releaseLease(holder: string): Promise<void> {
    return this.#write("giving back the lease", async transaction => {
      const { lease } = await loadStanding(transaction)
      const given = this.#standing.givenBack(lease, holder)
      if (given !== undefined) await transaction.objectStore(sinkStores.sink).put(given, leaseKey)
    })
  }

  async apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void> {
    await this.#write("applying a batch", async transaction => {
      await this.#mustBeCurrent(transaction)
      await this.#writer.writeNewer(transaction, writes)
      const sink = transaction.objectStore(sinkStores.sink)
      const saved = (await sink.get(watermarkKey(watermark.epoch))) as Watermark | undefined
      if (watermark.position > (saved?.position ?? -1))
        await sink.put(storedWatermark(watermark), watermarkKey(watermark.epoch))
    })
    this.#standing.applied(watermark)
  }

  scan(page: IdRange & { limit: number; contents: boolean }): Promise<readonly SinkEntry[]> {
    return this.#read("reading records", transaction => this.#reader.scan(transaction, page))
  }

  read(ids: readonly string[]): Promise<readonly SinkRecord[]> {
    return this.#read("reading records", async transaction => {
      const records = await Promise.all(ids.map(id => this.#reader.record(transaction, id)))
      return records.filter(record => record !== undefined)
    })
  }

  readRows(ids: readonly string[]): Promise<readonly SinkContent[]> {
    return this.#read("reading rows", async transaction => {
      const records = await Promise.all(ids.map(id => this.#reader.content(transaction, id)))
      return records.filter(record => record !== undefined)
    })
  }

  fingerprint(range: IdRange & { limit: number }): Promise<RangeFingerprint> {
    return this.#read("comparing a range", transaction =>
      this.#reader.fingerprint(transaction, range, this.#standing.age)
    )
  }

  repair(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]> {
    return this.#write("repairing records", async transaction => {
      await this.#mustBeCurrent(transaction)
      const outcomes: SinkRepairOutcome[] = []
      for (const { id, token, write } of repairs) {
        const present = (await this.#reader.record(transaction, id))?.token
        if (token === present) await this.#writer.replace(transaction, id, write)
        outcomes.push(token === present ? "swapped" : "changed-meanwhile")
      }
      return outcomes
    })
  }

  async close(): Promise<void> {
    this.lose("sink-failed", "is closed; open the sink again")
  }

  /** From here on every call is rejected with this. Transactions under way still end as they would. */
  lose(code: CoreErrorCode, why: string): void {
    if (this.#lost !== undefined) return
    this.#lost = coreError(code, `the IndexedDB sink ${this.#place} ${why}`, {
      details: { name: this.#place }
    })
    this.#open.close()
    this.#database.close()
  }

  async #mustBeCurrent(transaction: IdbTransaction): Promise<void> {
    const { facts, lease } = await loadStanding(transaction)
    this.#standing.mustBeCurrent(lease, facts)
    const saved = await transaction.objectStore(sinkStores.sink).get(watermarkKey(this.#epoch))
    this.#standing.mustReach(saved as Watermark | undefined)
  }

  async #raise(transaction: IdbTransaction, facts: SinkFacts, generation: number): Promise<number> {
    const sink = transaction.objectStore(sinkStores.sink)
    await Promise.all([
      sink.put({ ...facts, generation }, "facts"),
      sink.put({ epoch: this.#epoch, position: 0 }, watermarkKey(this.#epoch))
    ])
    await rewind(transaction)
    return generation
  }

  #read<T>(doing: string, action: (transaction: IdbTransaction) => Promise<T>): Promise<T> {
    return this.#run(doing, "readonly", action)
  }

  #write<T>(doing: string, action: (transaction: IdbTransaction) => Promise<T>): Promise<T> {
    return this.#run(doing, "readwrite", action)
  }

  async #run<T>(
    doing: string,
    mode: "readonly" | "readwrite",
    action: (transaction: IdbTransaction) => Promise<T>
  ): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost
    try {
      return await runTransaction(this.#database, this.#stores, mode, action)
    } catch (cause) {
      throw this.#lost ?? idbFailure(cause, `${doing} in the IndexedDB sink ${this.#place}`, "sink-failed")
    }
  }
}

/** Under which key a watermark lies. */
export function watermarkKey(epoch: string): readonly string[] {
  return ["watermark", epoch]
}

function storedWatermark({ epoch, position, logHash }: Watermark): Watermark {
  return { epoch, position, ...(logHash !== undefined && { logHash: logHash.slice() }) }
}
