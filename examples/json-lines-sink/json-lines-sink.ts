import {
  compareOrderKeys,
  coreError,
  defineProjection,
  type DurableDocument,
  type IdRange,
  isSynclineError,
  type OpenProjection,
  type Projection,
  Sealer,
  type Sink,
  type SinkContext,
  type SinkEntry,
  type SinkGuarantees,
  type SinkRecord,
  type SinkRepair,
  type SinkRepairOutcome,
  type SinkSession,
  type SinkWrite,
  type TableDefinition,
  type Watermark
} from "@syncline/core"
import { keyOf, lineOf, recordOf, tokenOf } from "./record-line.ts"
import { emptySinkFile, type FileFacts, readSinkFile, type SinkFile, writeSinkFile } from "./sink-file.ts"

/** Documents as lines of a JSON file, for one process. Each batch writes the file anew. */
export function jsonLinesSink(path: string, tables?: readonly TableDefinition[]): Sink {
  const projection = defineProjection(tables)
  return {
    name: "json-lines",
    open: async context => {
      const file = prepare(path, projection)
      return new JsonLinesSession(path, projection, context, file)
    }
  }
}

/** The file under the mapping in force: another one than before is a higher projection version, and everything is to be applied anew. */
function prepare(path: string, { hash }: Projection): SinkFile {
  const found = attempt(path, () => readSinkFile(path))
  if (found?.facts.mapping === hash) return found
  const projection = (found?.facts.projection ?? 0) + 1
  const empty = emptySinkFile(hash)
  const { generation, watermarks } = found?.facts ?? empty.facts
  const facts = { ...empty.facts, generation, projection, watermarks: rewound(watermarks) }
  const file = { facts, lines: found?.lines ?? empty.lines }
  attempt(path, () => writeSinkFile(path, file))
  return file
}

class JsonLinesSession implements SinkSession {
  readonly guarantees: SinkGuarantees = {
    writes: "conditional",
    atomicWatermark: true,
    compareAndSwap: true,
    tombstones: true
  }
  readonly inherited: boolean
  readonly collections?: ReadonlySet<string>
  readonly concurrency: number
  readonly #path: string
  readonly #projection: Projection
  readonly #open: OpenProjection
  readonly #epoch: string
  readonly #sealer: Sealer
  #facts: FileFacts
  #closed = false

  constructor(path: string, projection: Projection, context: SinkContext, { facts, lines }: SinkFile) {
    this.#path = path
    this.#projection = projection
    this.#open = projection.open(context)
    this.#epoch = context.epoch
    this.#sealer = new Sealer(context.sealKey)
    this.#facts = facts
    this.inherited = lines.size > 0 && facts.watermarks[context.epoch] === undefined
    this.concurrency = projection.concurrency
    if (projection.collections !== undefined) this.collections = projection.collections
  }

  get generation(): number {
    return this.#facts.generation
  }

  get projection(): number {
    return this.#facts.projection
  }

  get watermark(): Watermark {
    const { position = 0, logHash } = this.#facts.watermarks[this.#epoch] ?? {}
    return {
      epoch: this.#epoch,
      position,
      ...(logHash && { logHash: new Uint8Array(Buffer.from(logHash, "hex")) })
    }
  }

  project(document: DurableDocument): ReturnType<OpenProjection["project"]> {
    return this.#open.project(document)
  }

  async apply(writes: readonly SinkWrite[], watermark: Watermark): Promise<void> {
    this.#change(file => {
      this.#mustBeCurrent(file)
      const lines = new Map(file.lines)
      for (const write of writes)
        if (this.#isNewer(write, lines)) lines.set(write.document.id, this.#lineOf(write))
      return { facts: advanced(file.facts, watermark), lines }
    })
  }

  async raiseGeneration(from: number): Promise<void> {
    this.#change(({ facts, lines }) => {
      const generation = facts.generation === from ? from + 1 : facts.generation
      const watermarks = { ...rewound(facts.watermarks), [this.#epoch]: { position: 0 } }
      return { facts: { ...facts, generation, watermarks }, lines }
    })
  }

  /** A line is read whole anyhow, so seals are checked whether they are asked for or not. */
  async scan({ limit, ...range }: IdRange & { limit: number }): Promise<readonly SinkEntry[]> {
    const inRange = [...this.#read().lines].filter(([id]) => isWithin(id, range))
    return inRange
      .sort(([a], [b]) => compareIds(a, b))
      .slice(0, limit)
      .map(([, line]) => recordOf(line, this.#projection.tables, this.#sealer))
  }

  async read(ids: readonly string[]): Promise<readonly SinkRecord[]> {
    const { lines } = this.#read()
    const found = ids.map(id => lines.get(id)).filter(line => line !== undefined)
    return found.map(line => recordOf(line, this.#projection.tables, this.#sealer))
  }

  async repair(repairs: readonly SinkRepair[]): Promise<readonly SinkRepairOutcome[]> {
    const outcomes: SinkRepairOutcome[] = []
    this.#change(file => {
      this.#mustBeCurrent(file)
      const lines = new Map(file.lines)
      for (const { id, token, write } of repairs) {
        const line = lines.get(id)
        const isSame = token === (line && tokenOf(line))
        outcomes.push(isSame ? "swapped" : "changed-meanwhile")
        if (isSame && write === undefined) lines.delete(id)
        else if (isSame && write !== undefined) lines.set(id, this.#lineOf(write))
      }
      return { facts: file.facts, lines }
    })
    return outcomes
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#open.close()
  }

  #isNewer({ document, key }: SinkWrite, lines: ReadonlyMap<string, string>): boolean {
    const line = lines.get(document.id)
    const present = line === undefined ? undefined : keyOf(line)
    return present === undefined || compareOrderKeys(present, key) < 0
  }

  #lineOf(write: SinkWrite): string {
    return lineOf(write, this.#projection.tables, this.#sealer)
  }

  /** Reads, changes and writes without letting go of the thread: nobody in this process comes between. */
  #change(change: (file: SinkFile) => SinkFile): void {
    const file = this.#read()
    attempt(this.#path, () => {
      const changed = change(file)
      writeSinkFile(this.#path, changed)
      this.#facts = changed.facts
    })
  }

  #read(): SinkFile {
    if (this.#closed) throw coreError("sink-failed", `${this.#path} is closed; open the sink again`)
    const file = attempt(this.#path, () => readSinkFile(this.#path))
    if (file !== undefined) return file
    throw coreError("sink-fenced", `${this.#path} is gone; the sink is opened anew and filled again`)
  }

  #mustBeCurrent({ facts: { generation, projection } }: SinkFile): void {
    if (generation === this.generation && projection === this.projection) return
    throw coreError(
      "sink-fenced",
      `${this.#path}: another writer raised the generation or changed the mapping`
    )
  }
}

/** Failures of the disk, as the projector wants them: it tries again. */
function attempt<T>(path: string, action: () => T): T {
  try {
    return action()
  } catch (cause) {
    if (isSynclineError(cause)) throw cause
    throw coreError("sink-failed", `${path}: ${String(cause)}`, { cause, details: { path } })
  }
}

function advanced(facts: FileFacts, { epoch, position, logHash }: Watermark): FileFacts {
  if (position <= (facts.watermarks[epoch]?.position ?? -1)) return facts
  const watermark = { position, ...(logHash && { logHash: Buffer.from(logHash).toString("hex") }) }
  return { ...facts, watermarks: { ...facts.watermarks, [epoch]: watermark } }
}

function rewound(watermarks: FileFacts["watermarks"]): FileFacts["watermarks"] {
  return Object.fromEntries(Object.keys(watermarks).map(epoch => [epoch, { position: 0 }]))
}

function isWithin(id: string, { after, through }: IdRange): boolean {
  const isAfter = after === undefined || compareIds(id, after) > 0
  return isAfter && (through === undefined || compareIds(id, through) <= 0)
}

/** By UTF-8 bytes: JavaScript's own order of strings is another one. */
function compareIds(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
