import { setImmediate } from "node:timers/promises"
import {
  coreError,
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
  type VectorMatch,
  type VectorQuery,
  type Watermark
} from "@syncline/core"
import { SinkStanding } from "@syncline/core/projection"
import type { HeldFile } from "../driver/held-file.ts"
import type { SqliteConnection, SqliteStatement } from "../driver/sqlite-driver.ts"
import { type RunInTransaction, readTransactions, writeTransactions } from "../driver/transaction.ts"
import { LeaseRow } from "./lease-row.ts"
import { RecordReader } from "./record-reader.ts"
import { RecordWriter } from "./record-writer.ts"
import { sinkFailure } from "./sink-failure.ts"
import { checkTables, mustHaveTables, removeStrayVectors, type SinkFacts } from "./sink-schema.ts"
import { SqliteTracking } from "./sqlite-tracking.ts"
import { schemaVersion } from "./tracking-schema.ts"
import { VectorSearch } from "./vector-search.ts"

/** What an open SQLite sink is made of. */
export interface SqliteSinkParts {
  readonly path: string
  readonly file: HeldFile
  readonly projection: Projection
  readonly context: SinkContext
  readonly facts: SinkFacts
  /** Whether it keeps account of changes; `prepareTracking` has made what that needs. */
  readonly tracking: boolean
}

/** A SQLite sink, open. `SinkSession` says what each member is for. */
export class SqliteSinkSession implements SinkSession {
  readonly guarantees: SinkGuarantees = {
    writes: "conditional",
    atomicWatermark: true,
    compareAndSwap: true,
    tombstones: true,
    lease: true
  }
  readonly collections?: ReadonlySet<string>
  readonly concurrency: number
  readonly tracking?: SqliteTracking
  readonly #path: string
  readonly #file: HeldFile
  readonly #connection: SqliteConnection
  readonly #mapping: Projection
  readonly #open: OpenProjection
  readonly #epoch: string
  readonly #reader: RecordReader
  readonly #writer: RecordWriter
  readonly #search: VectorSearch
  readonly #lease: LeaseRow
  readonly #reading: RunInTransaction
  readonly #writing: RunInTransaction
  readonly #readFacts: SqliteStatement
  readonly #saveWatermark: SqliteStatement
  readonly #readWatermark: SqliteStatement
  readonly #standing: SinkStanding
  /** SQLite's count of changes of the schema when all tables were found, and when they were found as they should be. */
  #tablesSeen: number | undefined
  #tablesChecked: number | undefined
  #closed = false

  constructor({ path, file, projection, context, facts, tracking }: SqliteSinkParts) {
    const { connection } = file
    const sealer = new Sealer(context.sealKey)
    this.#path = path
    this.#file = file
    this.#connection = connection
    this.#mapping = projection
    this.#open = projection.open(context)
    this.concurrency = projection.concurrency
    this.#epoch = context.epoch
    this.#reader = new RecordReader(connection, projection, sealer)
    if (tracking) this.tracking = this.#track(sealer)
    this.#writer = new RecordWriter(connection, projection, sealer, this.tracking?.tree)
    this.#search = new VectorSearch(connection, projection)
    this.#lease = new LeaseRow(connection)
    this.#reading = readTransactions(connection)
    this.#writing = writeTransactions(connection)
    this.#readFacts = connection.prepare("SELECT generation, projection FROM syncline_sink")
    this.#readWatermark = connection.prepare(
      "SELECT epoch, position, log_hash AS logHash FROM syncline_watermarks WHERE epoch = ?"
    )
    this.#saveWatermark = connection.prepare(`
      INSERT INTO syncline_watermarks VALUES (?, ?, ?) ON CONFLICT (epoch)
      DO UPDATE SET position = excluded.position, log_hash = excluded.log_hash WHERE position < excluded.position`)
    this.#standing = new SinkStanding({
      place: path,
      epoch: context.epoch,
      age: facts,
      watermark: this.#loadWatermark(),
      hasRecords: connection.prepare("SELECT 1 FROM syncline_records").get() !== undefined
    })
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
    const generation = await this.#write("raising the generation", () => {
      this.#standing.mustHold(this.#lease.read())
      return this.#raise(from)
    })
    this.#standing.raised(generation)
  }

  async takeLease(wish: LeaseWish): Promise<SinkLease> {
    const answer = await this.#write("taking the lease", () => {
      const age = this.#loadFacts()
      const found = this.#standing.answer(this.#lease.read(), age, wish)
      if (found.write !== undefined) this.#lease.write(found.write)
      if (found.generation !== undefined) this.#raise(age.generation)
      return found
    })
    this.#standing.held(answer)
    return answer.lease
  }

  releaseLease(holder: string): Promise<void> {
    return this.#write("giving back the lease", () => {
      const given = this.#standing.givenBack(this.#lease.read(), holder)
      if (given !== undefined) this.#lease.write(given)
    })
  }

  async apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void> {
    await this.#write("applying a batch", () => {
      this.#mustBeCurrent()
      this.#own(() => this.#writer.writeNewer(writes))
      this.#saveWatermark.run(watermark.epoch, watermark.position, watermark.logHash ?? null)
    })
    this.#standing.applied(watermark)
  }

  nearest(query: VectorQuery): Promise<readonly VectorMatch[]> {
    return this.#read("searching", () => this.#search.nearest(query))
  }

  scan(page: IdRange & { limit: number; contents: boolean }): Promise<readonly SinkEntry[]> {
    return this.#read("reading records", () => this.#reader.scan(page))
  }

  read(ids: readonly string[]): Promise<readonly SinkRecord[]> {
    return this.#read("reading records", () =>
      ids.map(id => this.#reader.readExactly(id)).filter(record => record !== undefined)
    )
  }

  readRows(ids: readonly string[]): Promise<readonly SinkContent[]> {
    return this.#read("reading rows", () =>
      ids.map(id => this.#reader.readContent(id)).filter(record => record !== undefined)
    )
  }

  get plain(): Projection["plain"] {
    return this.#mapping.plain
  }

  fingerprint(range: IdRange & { limit: number }): Promise<RangeFingerprint> {
    return this.#read("comparing a range", () => this.#reader.fingerprint(range, this.#standing.age))
  }

  sealsHold(range: IdRange & { limit: number }): Promise<boolean> {
    return this.#read("checking seals", () => this.#reader.sealsHold(range))
  }

  repair(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]> {
    return this.#write("repairing records", () => {
      this.#mustBeCurrent()
      return this.#own(() => {
        const outcomes = repairs.map(repair => this.#swap(repair))
        removeStrayVectors(this.#connection, this.#mapping)
        return outcomes
      })
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#open.close()
    try {
      this.#file.release()
    } catch (cause) {
      throw sinkFailure(cause, `closing ${this.#path}`)
    }
  }

  #swap({ id, token, write }: SinkRepair): SinkRepairOutcome {
    const present = this.#reader.readExactly(id)?.token
    if (token !== present) return "changed-meanwhile"
    this.#writer.replace(id, write)
    this.tracking?.own.settles(id)
    return "swapped"
  }

  #track(sealer: Sealer): SqliteTracking {
    return new SqliteTracking({
      connection: this.#connection,
      projection: this.#mapping,
      sealer,
      facts: () => this.#standing.age,
      read: (doing, action) => this.#read(doing, action),
      write: (doing, action) =>
        this.#write(doing, () => {
          this.#mustBeCurrent()
          this.#mustBeUnaltered()
          return action()
        })
    })
  }

  /** What it writes itself is not somebody else's change. */
  #own<T>(action: () => T): T {
    return this.tracking === undefined ? action() : this.tracking.own.run(action)
  }

  #raise(from: number): number {
    this.#connection
      .prepare("UPDATE syncline_sink SET generation = generation + 1 WHERE generation = ?")
      .run(from)
    this.#saveWatermark.run(this.#epoch, 0, null)
    this.#connection.exec("UPDATE syncline_watermarks SET position = 0, log_hash = NULL")
    return this.#loadFacts().generation
  }

  #mustBeCurrent(): void {
    this.#standing.mustBeCurrent(this.#lease.read(), this.#readFacts.get() as SinkFacts | undefined)
    this.#standing.mustReach(this.#loadWatermark())
  }

  #loadFacts(): SinkFacts {
    return this.#standing.mustBeThere(this.#readFacts.get() as SinkFacts | undefined)
  }

  #loadWatermark(): Watermark | undefined {
    const row = this.#readWatermark.get(this.#epoch) as
      | { epoch: string; position: number; logHash: Uint8Array | null }
      | undefined
    if (row === undefined) return undefined
    const { epoch, position, logHash } = row
    return logHash === null ? { epoch, position } : { epoch, position, logHash }
  }

  #read<T>(doing: string, action: () => T): Promise<T> {
    return this.#do(doing, () =>
      this.#reading(() => {
        this.#mustBeUnaltered()
        return action()
      })
    )
  }

  #write<T>(doing: string, action: () => T): Promise<T> {
    return this.#do(doing, () =>
      this.#writing(() => {
        this.#mustHaveTables()
        return action()
      })
    )
  }

  /** SQLite counts changes of the schema; the tables are looked at again only when there was one. */
  #mustHaveTables(): void {
    const version = schemaVersion(this.#connection)
    if (version === this.#tablesSeen) return
    mustHaveTables(this.#connection, this.#mapping)
    this.#tablesSeen = version
  }

  #mustBeUnaltered(): void {
    this.#mustHaveTables()
    if (this.#tablesSeen === this.#tablesChecked) return
    checkTables(this.#connection, this.#mapping)
    this.#tablesChecked = this.#tablesSeen
  }

  async #do<T>(doing: string, action: () => T): Promise<T> {
    // Everything below is synchronous: between two pages of a long run, timers and sockets must get their turn.
    await setImmediate()
    if (this.#closed) throw coreError("sink-failed", `${this.#path} is closed; open the sink again`)
    // Beforehand, too: others may have opened what lies there by now, and nothing is to be done under their feet.
    this.#mustBeInPlace()
    let result: T
    try {
      result = action()
    } catch (cause) {
      this.#mustBeInPlace(cause)
      this.#mustBeDatabase(cause)
      throw sinkFailure(cause, `${doing} in ${this.#path}`)
    }
    // Afterwards: what is acknowledged lies where others find it.
    this.#mustBeInPlace()
    return result
  }

  /** Somebody wrote over it: to whoever has it open it stays no database, whatever is in it by then. */
  #mustBeDatabase(cause: unknown): void {
    if (!(cause instanceof Error && "code" in cause && cause.code === "SQLITE_NOTADB")) return
    throw coreError(
      "sink-fenced",
      `${this.#path} was emptied or written over while it was open; opened anew, the sink goes on with what lies there`,
      { cause, details: { path: this.#path } }
    )
  }

  #mustBeInPlace(cause?: unknown): void {
    if (this.#file.isInPlace) return
    throw coreError(
      "sink-fenced",
      `${this.#path} was deleted, moved, emptied or replaced while it was open; opened anew, the sink goes on with what lies there`,
      { cause, details: { path: this.#path } }
    )
  }
}
