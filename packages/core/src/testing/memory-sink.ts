import { toHex } from "../codec/hex.ts"
import { coreError } from "../errors/core-error.ts"
import { compareOrderKeys, type OrderKey } from "../projection/order-key.ts"
import { defineProjection, type OpenProjection, type Projection } from "../projection/projection.ts"
import { type CellValue, rowCount } from "../projection/projected-content.ts"
import type { DurableDocument } from "../projection/projection-source.ts"
import { type SealedRow, Sealer, sealedRows } from "../projection/seal.ts"
import type {
  IdRange,
  LeaseWish,
  RangeFingerprint,
  Sink,
  SinkContent,
  SinkContext,
  SinkEntry,
  SinkGuarantees,
  SinkLease,
  SinkRecord,
  SinkRepair,
  SinkRepairOutcome,
  SinkSession,
  SinkWrite,
  Watermark
} from "../projection/sink.ts"
import { mustLeaveLeased, SinkStanding, type StoredLease } from "../projection/sink-standing.ts"
import type { VectorMatch, VectorQuery } from "../projection/vector-query.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import { documentKey } from "../tracking/document-key.ts"
import type { SinkTracking } from "../tracking/sink-tracking.ts"
import { OrderedMap } from "../store/ordered-map.ts"
import { checkQuery } from "../vectors/check-query.ts"
import { nearestRows } from "../vectors/nearest-rows.ts"
import { hasItsVector, vectorHash } from "../vectors/vector-hash.ts"
import { MemoryTracking, trackingSession } from "./memory-tracking.ts"

/** What a memory sink keeps about a document; tests change it behind the sink's back. */
export interface MemoryRecord {
  /** Absent: content without bookkeeping. */
  readonly key?: OrderKey
  readonly digest: Uint8Array
  readonly deleted: boolean
  readonly seal: string
  readonly count: number
  readonly rows: readonly SealedRow[]
}

/** Where a memory sink keeps everything; outlives its sessions, as a file does. */
export class MemorySinkPlace {
  readonly records: OrderedMap<string, MemoryRecord> = new OrderedMap(compareUtf8)
  readonly watermarks: Map<string, Watermark> = new Map()
  generation = 1
  projection = 0
  hash = ""
  /** Where it keeps account of changes. */
  tracking: MemoryTracking | undefined
  lease: StoredLease | undefined

  /** Another place with the same content. */
  clone(): MemorySinkPlace {
    const copy = new MemorySinkPlace()
    copy.become(this)
    return copy
  }

  /** Takes over what another place holds: as if a file was put in this one's. Sessions go on, and find that there. */
  become({ records, watermarks, generation, projection, hash, lease }: MemorySinkPlace): void {
    const kept = [...records.entries()]
    const reached = [...watermarks]
    for (const [id] of [...this.records.entries()]) this.records.delete(id)
    for (const [id, record] of kept) this.records.set(id, record)
    this.watermarks.clear()
    for (const [epoch, watermark] of reached) this.watermarks.set(epoch, watermark)
    Object.assign(this, { generation, projection, hash, lease })
  }

  /** Every writer must apply everything anew. */
  rewind(): void {
    for (const epoch of this.watermarks.keys()) this.watermarks.set(epoch, { epoch, position: 0 })
  }
}

/** A sink in memory, for tests: the smallest thing that keeps the whole contract of `Sink`. */
export function memorySink(
  place: MemorySinkPlace = new MemorySinkPlace(),
  options: {
    readonly name?: string
    readonly projection?: Projection
    /** Keeps account of changes, and has `MemorySinkDamage` leave marks. */
    readonly tracking?: boolean
  } = {}
): Sink {
  if (options.tracking === true) place.tracking ??= new MemoryTracking()
  const { name = "memory", projection = defineProjection() } = options
  return {
    name,
    open: async context => {
      mustLeaveLeased(name, place.lease, context, place.hash !== projection.hash)
      return new MemorySinkSession(place, projection, context)
    }
  }
}

class MemorySinkSession implements SinkSession {
  readonly guarantees: SinkGuarantees = {
    writes: "conditional",
    atomicWatermark: true,
    compareAndSwap: true,
    tombstones: true,
    lease: true
  }
  readonly collections?: ReadonlySet<string>
  readonly concurrency: number
  readonly tracking?: SinkTracking
  readonly #place: MemorySinkPlace
  readonly #mapping: Projection
  readonly #open: OpenProjection
  readonly #epoch: string
  readonly #sealer: Sealer
  readonly #standing: SinkStanding
  #closed = false

  constructor(place: MemorySinkPlace, mapping: Projection, context: SinkContext) {
    const { epoch, sealKey } = context
    if (place.hash !== mapping.hash) {
      place.hash = mapping.hash
      place.projection++
      place.rewind()
    }
    this.#place = place
    this.#mapping = mapping
    this.#open = mapping.open(context)
    this.concurrency = mapping.concurrency
    this.#epoch = epoch
    this.#sealer = new Sealer(sealKey)
    this.#standing = new SinkStanding({
      place: "the memory sink",
      epoch,
      age: place,
      watermark: place.watermarks.get(epoch),
      hasRecords: place.records.size > 0
    })
    if (mapping.collections !== undefined) this.collections = mapping.collections
    if (place.tracking !== undefined)
      this.tracking = trackingSession(place.tracking, {
        ready: () => this.#ready(),
        leafOf: (key, digest) => this.#sealer.leaf(key, digest, this.#standing.age),
        written: () => [...place.records.entries()].map(([id, record]) => [id, this.#leafOf(id, record)])
      })
  }

  get generation(): number {
    return this.#standing.age.generation
  }

  get projection(): number {
    return this.#standing.age.projection
  }

  get inherited(): boolean {
    return this.#standing.inherited
  }

  /** As the place has it now, whoever moved it: sinks on other backends know what they wrote and found. */
  get watermark(): Watermark {
    return this.#place.watermarks.get(this.#epoch) ?? { epoch: this.#epoch, position: 0 }
  }

  project(document: DurableDocument): ReturnType<OpenProjection["project"]> {
    return this.#open.project(document)
  }

  async takeLease(wish: LeaseWish): Promise<SinkLease> {
    await this.#ready()
    const answer = this.#standing.answer(this.#place.lease, this.#place, wish)
    if (answer.write !== undefined) this.#place.lease = answer.write
    if (answer.generation !== undefined) this.#raise(answer.generation)
    this.#standing.held(answer)
    return answer.lease
  }

  async releaseLease(holder: string): Promise<void> {
    await this.#ready()
    const given = this.#standing.givenBack(this.#place.lease, holder)
    if (given !== undefined) this.#place.lease = given
  }

  async raiseGeneration(from: number): Promise<void> {
    await this.#ready()
    const { lease, generation } = this.#place
    this.#standing.mustHold(lease)
    this.#raise(generation === from ? from + 1 : generation)
    this.#standing.raised(this.#place.generation)
  }

  async apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void> {
    await this.#ready()
    this.#standing.mustBeCurrent(this.#place.lease, this.#place)
    for (const write of writes) {
      const present = this.#place.records.get(write.document.id)
      if (present?.key === undefined || compareOrderKeys(safeKey(present.key), write.key) < 0)
        this.#write(write)
    }
    if (watermark.position > this.watermark.position) this.#place.watermarks.set(this.#epoch, watermark)
  }

  async scan(page: IdRange & { limit: number; contents: boolean }): Promise<readonly SinkEntry[]> {
    await this.#ready()
    return [...this.#range(page)]
      .filter(([, { key }]) => page.contents || key !== undefined)
      .slice(0, page.limit)
      .map(([id, record]) => this.#entry(id, record, page.contents))
  }

  async read(ids: readonly string[]): Promise<readonly SinkRecord[]> {
    await this.#ready()
    return ids.flatMap(id => {
      const record = this.#place.records.get(id)
      return record === undefined
        ? []
        : [{ ...this.#entry(id, record, true), token: this.#tokenOf(id, record) }]
    })
  }

  async readRows(ids: readonly string[]): Promise<readonly SinkContent[]> {
    await this.#ready()
    return ids.flatMap(id => {
      const record = this.#place.records.get(id)
      if (record === undefined) return []
      return [{ ...this.#entry(id, record, true), token: this.#tokenOf(id, record), rows: record.rows }]
    })
  }

  get plain(): Projection["plain"] {
    return this.#mapping.plain
  }

  async fingerprint(page: IdRange & { limit: number }): Promise<RangeFingerprint> {
    await this.#ready()
    const all = [...this.#range(page)].slice(0, page.limit)
    const digests = new Uint8Array(32 * all.length)
    all.forEach(([, { digest }], index) => digests.set(digest.subarray(0, 32), 32 * index))
    return {
      count: all.length,
      ids: all.map(([id]) => id).join("\n"),
      heights: all.map(([, { key, deleted }]) => `${key?.height}${deleted ? "-" : ""}`).join(","),
      digests,
      regular: all.every(([, record]) => this.#isRegular(record))
    }
  }

  async nearest(query: VectorQuery): Promise<readonly VectorMatch[]> {
    await this.#ready()
    const checked = checkQuery(this.#mapping.tables, query)
    const { records } = this.#place
    const rows = [...records.entries()].flatMap(([id, record]) => record.rows.map(row => ({ id, row })))
    return nearestRows(rows, checked).map(({ id, row, score }) => {
      const { key, digest } = this.#entry(id, records.get(id) as MemoryRecord, false)
      const cells = row.table.columns.map(({ name }, i) => [name, row.values[i] as CellValue] as const)
      return {
        id,
        ordinal: Number(row.ordinal),
        score,
        ...(key && { key }),
        ...(digest && { digest }),
        row: Object.fromEntries(cells)
      }
    })
  }

  async repair(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]> {
    await this.#ready()
    this.#standing.mustBeCurrent(this.#place.lease, this.#place)
    return repairs.map(({ id, token, write }) => {
      const record = this.#place.records.get(id)
      const present = record === undefined ? undefined : this.#tokenOf(id, record)
      if (token !== present) return "changed-meanwhile"
      this.#place.tracking?.forgetAll(id)
      if (write !== undefined) this.#write(write)
      else {
        this.#place.records.delete(id)
        this.#place.tracking?.wrote(id, undefined)
      }
      return "swapped"
    })
  }

  close(): Promise<void> {
    this.#closed = true
    this.#open.close()
    return Promise.resolve()
  }

  #raise(generation: number): void {
    this.#place.generation = generation
    this.#place.watermarks.set(this.#epoch, this.watermark)
    this.#place.rewind()
  }

  /** Every call settles a turn later, as with a real backend. */
  async #ready(): Promise<void> {
    await Promise.resolve()
    if (this.#closed) throw coreError("sink-failed", "the memory sink is closed; open it again")
  }

  #write({ document: { id, digest, deleted }, key, content }: SinkWrite): void {
    const rows = sealedRows(this.#mapping.tables, content)
    const seal = this.#sealer.seal({ id, key, digest, deleted, rows })
    const record = { key, digest, deleted, seal, count: rowCount(content), rows }
    this.#place.records.set(id, record)
    this.#place.tracking?.wrote(id, this.#leafOf(id, record))
  }

  #leafOf(id: string, { key, digest }: MemoryRecord): string | undefined {
    return key && this.#sealer.leaf(documentKey(id), digest, key)
  }

  *#range({ after, through }: IdRange): Iterable<readonly [string, MemoryRecord]> {
    for (const entry of this.#place.records.entries(after)) {
      if (through !== undefined && compareUtf8(entry[0], through) > 0) return
      yield entry
    }
  }

  #entry(
    id: string,
    { key, digest, deleted, seal, count, rows }: MemoryRecord,
    contents: boolean
  ): SinkEntry {
    const intact = (): boolean =>
      key !== undefined &&
      count === rows.length &&
      rows.every(hasItsVector) &&
      seal === this.#sealer.seal({ id, key, digest, deleted, rows })
    return {
      id,
      key: key && safeKey(key),
      digest: digest.length === 32 ? digest : undefined,
      deleted,
      sealed: contents ? intact() : undefined
    }
  }

  #isRegular({ key, digest, count, rows }: MemoryRecord): boolean {
    const current = key?.generation === this.generation && key.projection === this.projection
    return current && digest.length === 32 && count === rows.length
  }

  #tokenOf(id: string, { key, digest, deleted, seal, count, rows }: MemoryRecord): string {
    const exact = key && [key.generation, key.projection, key.height].map(String)
    const vectors = rows.map(({ vector }) => vector && toHex(vectorHash(vector)))
    const facts = [id, exact ?? null, toHex(digest), deleted, seal, count, vectors]
    return this.#sealer.token(JSON.stringify(facts), rows)
  }
}

/** Damaged keys may hold bigints. */
export function safeKey({ generation, projection, height }: OrderKey): OrderKey {
  return { generation: safe(generation), projection: safe(projection), height: safe(height) }
}

function safe(value: number | bigint): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(value)))
}
