import { coreError } from "../errors/core-error.ts"
import type { JsonObject } from "../document/json.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"
import type { ValueWrite } from "../store/store.ts"
import { valuePages } from "../store/value-pages.ts"
import { planFromJson } from "./plan-json.ts"
import { costOf } from "./plan-parts.ts"
import type { ExecuteOptions } from "./repair-job.ts"
import type { PlannedOperation, RepairPlan } from "./repair-plan.ts"
import type { RepairRecord } from "./running-repair.ts"

/** What is noted of a repair as a whole. */
export interface JournalHeader {
  /** Operations it began with. */
  readonly operations: number
  /** By the replica's clock, Unix milliseconds. */
  readonly startedMs: number
  readonly meta?: JsonObject
  readonly nonCritical?: readonly string[]
}

interface StoredHeader extends JournalHeader {
  /** Whether the plan had everything. */
  readonly complete: boolean
  /** Whether all pieces have been written. */
  readonly whole: boolean
}

const headers = "repair-jobs"
const chunks = "repair-journal"
/** Operations in one value: some 6 kB, rewritten never and deleted once. As many at most are done again after a crash, beside those under way. */
const chunkOperations = 32
/** Values in one append. */
const chunksAtOnce = 64

/**
 * What a repair has left to do, as small values: its operations in pieces, each deleted when all in it have ended. The header is written
 * first and deleted last, so that no piece is ever without one.
 */
export class RepairJournal implements RepairRecord {
  readonly #source: ProjectionSource
  readonly #id: string
  /** Of each operation: its piece. */
  readonly #pieces: readonly string[]
  /** Of each piece: operations that have not ended. */
  readonly #left: Map<string, number>
  readonly #first: (() => Promise<void>) | undefined

  private constructor(
    source: ProjectionSource,
    id: string,
    pieces: readonly string[],
    first?: () => Promise<void>
  ) {
    this.#source = source
    this.#id = id
    this.#pieces = pieces
    this.#left = new Map()
    for (const piece of pieces) this.#left.set(piece, (this.#left.get(piece) ?? 0) + 1)
    this.#first = first
  }

  /** The journal of a repair that begins. */
  static begin(
    source: ProjectionSource,
    id: string,
    plan: RepairPlan,
    options: ExecuteOptions
  ): RepairJournal {
    const pieces = plan.operations.map((_, index) => pieceKey(id, Math.floor(index / chunkOperations)))
    return new RepairJournal(source, id, pieces, () => writeAll(source, id, plan, options))
  }

  /** What is left of a repair that was begun. */
  static async load(
    source: ProjectionSource,
    id: string
  ): Promise<{ readonly header: JournalHeader; readonly plan: RepairPlan; readonly journal: RepairJournal }> {
    const header = readHeader(id, await source.readValue(headers, id))
    const operations: PlannedOperation[] = []
    const pieces: string[] = []
    for await (const { key, value } of piecesOf(source, id)) {
      const held = decode(id, value) as readonly PlannedOperation[]
      operations.push(...held)
      pieces.push(...held.map(() => key))
    }
    const plan = planFromJson({
      format: 1,
      operations,
      refused: [],
      complete: header.complete && header.whole,
      cost: costOf(operations)
    })
    return { header, plan, journal: new RepairJournal(source, id, pieces) }
  }

  /** All that have a header, in the order of their names. */
  static async list(source: ProjectionSource): Promise<readonly (JournalHeader & { readonly id: string })[]> {
    const found: (JournalHeader & { readonly id: string })[] = []
    for await (const { key, value } of allValues(source, headers)) {
      const { complete: _complete, whole: _whole, ...header } = readHeader(key, value)
      found.push({ id: key, ...header })
    }
    return found
  }

  /** Forgets a repair. */
  static async remove(source: ProjectionSource, id: string): Promise<void> {
    const gone: ValueWrite[] = []
    for await (const { key } of piecesOf(source, id)) gone.push({ space: chunks, key, value: null })
    for (let at = 0; at < gone.length; at += chunksAtOnce)
      await source.writeValues(gone.slice(at, at + chunksAtOnce))
    await source.writeValues([{ space: headers, key: id, value: null }])
  }

  async begin(): Promise<void> {
    await this.#first?.()
  }

  async ended(index: number): Promise<void> {
    const piece = this.#pieces[index]
    if (piece === undefined) return
    const left = (this.#left.get(piece) ?? 0) - 1
    this.#left.set(piece, left)
    if (left === 0) await this.#source.writeValues([{ space: chunks, key: piece, value: null }])
  }

  async finish(): Promise<void> {
    await RepairJournal.remove(this.#source, this.#id)
  }
}

async function writeAll(
  source: ProjectionSource,
  id: string,
  { operations, refused, complete }: RepairPlan,
  { meta, nonCritical }: ExecuteOptions
): Promise<void> {
  const header: StoredHeader = {
    operations: operations.length,
    startedMs: source.ports.time.nowMs(),
    complete: complete && refused.length === 0,
    whole: false,
    ...(meta === undefined ? {} : { meta }),
    ...(nonCritical === undefined ? {} : { nonCritical })
  }
  const noted = (whole: boolean): ValueWrite => ({
    space: headers,
    key: id,
    value: encode({ ...header, whole })
  })
  await source.writeValues([noted(false)])
  const writes = piecesOfPlan(id, operations)
  for (let at = 0; at < writes.length; at += chunksAtOnce)
    await source.writeValues(writes.slice(at, at + chunksAtOnce))
  await source.writeValues([noted(true)])
}

function piecesOfPlan(id: string, operations: readonly PlannedOperation[]): readonly ValueWrite[] {
  const count = Math.ceil(operations.length / chunkOperations)
  return Array.from({ length: count }, (_, number) => {
    const value = encode(operations.slice(number * chunkOperations, (number + 1) * chunkOperations))
    return { space: chunks, key: pieceKey(id, number), value }
  })
}

/** Fixed width, so that listing is in order. */
function pieceKey(id: string, number: number): string {
  return `${id}:${String(number).padStart(8, "0")}`
}

async function* piecesOf(
  source: ProjectionSource,
  id: string
): AsyncGenerator<{ readonly key: string; readonly value: Uint8Array }> {
  for await (const each of allValues(source, chunks, `${id}:`)) {
    if (!each.key.startsWith(`${id}:`)) return
    yield each
  }
}

async function* allValues(
  source: ProjectionSource,
  space: string,
  from?: string
): AsyncGenerator<{ readonly key: string; readonly value: Uint8Array }> {
  const pages = valuePages((after, limit) => source.listValues(space, after, limit), 64, from)
  for await (const page of pages) yield* page
}

function readHeader(id: string, bytes: Uint8Array | undefined): StoredHeader {
  if (bytes !== undefined) return decode(id, bytes) as StoredHeader
  throw coreError(
    "options-invalid",
    `no unfinished repair "${id}" is known; unfinishedRepairs() lists those that are`
  )
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value))
}

function decode(id: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw coreError(
      "options-invalid",
      `the journal of repair "${id}" does not decode; forgetRepair() it and verify again`,
      {
        cause
      }
    )
  }
}
