import { coreError } from "../errors/core-error.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Meter } from "../ports/meter.ts"
import { systemPorts } from "../ports/system-ports.ts"
import { openProjector, type Projector } from "../projection/projector.ts"
import type { ProjectorOptions } from "../projection/projector-options.ts"
import type { LeaseWish, Sink, SinkSession, SinkWrite } from "../projection/sink.ts"
import type { SinkEvent } from "../projection/sink-event.ts"
import { ManualTimers } from "./manual-timers.ts"
import { MemorySinkPlace, memorySink } from "./memory-sink.ts"
import { noteId } from "./sink-workbench.ts"
import { SyntheticSource } from "./synthetic-source.ts"

export { noteId }

/** Seals of the world's sinks are made with this. */
const worldSealKey = new Uint8Array(32).fill(7)

/** A source, a sink in memory that fails as asked, and projectors between them; time passes when a test says so. */
export class ProjectorWorld {
  readonly timers: ManualTimers = new ManualTimers()
  readonly source: SyntheticSource
  readonly place: MemorySinkPlace = new MemorySinkPlace()
  /** Documents of each applied batch. */
  readonly batches: string[][] = []
  /** Documents of each batch that was given to the sink. */
  readonly tried: string[][] = []
  readonly events: SinkEvent[] = []
  /** How often to fail from now on, opening or applying. */
  failures = 0
  failure: Error = coreError("sink-failed", "the disk is full")
  /** What applying a batch fails with, if it does. */
  refuse: (ids: readonly DocumentId[]) => Error | undefined = () => undefined
  /** What the clock moves by while a batch is applied. */
  applyMs: (documents: number) => number = () => 0
  /** Applying never ends. */
  hangs = false
  /** Stores whose batches are kept, and what lets them in. */
  readonly #held = new Set<string>()
  readonly #waiting: (() => void)[] = []
  nowMs: number = Date.UTC(2026, 0, 1)

  constructor(meter?: Meter) {
    const time = { nowMs: (): number => this.nowMs }
    const measured = meter === undefined ? {} : { meter }
    this.source = new SyntheticSource(systemPorts({ timers: this.timers, time, ...measured }))
  }

  open(
    options: Omit<ProjectorOptions, "sealKey"> = {},
    sink: Sink = memorySink(this.place),
    source: SyntheticSource = this.source
  ): Promise<Projector> {
    const onEvent = (event: SinkEvent): void => void this.events.push(event)
    return openProjector(source, this.watched(sink), { sealKey: worldSealKey, onEvent, ...options })
  }

  /** Commits so many documents, `d0` and on. */
  putMany(count: number): void {
    for (let n = 0; n < count; n++) this.source.put(noteId(`d${n}`), { n })
  }

  /** Lets what is under way end, without letting time pass. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise<void>(resolve => setImmediate(resolve))
  }

  /** What that store sends, batches and renewals, waits until `letGo`. */
  hold(epoch: string): void {
    this.#held.add(epoch)
  }

  letGo(): void {
    this.#held.clear()
    for (const go of this.#waiting.splice(0)) go()
  }

  heightOf(key: string): number | undefined {
    return this.place.records.get(noteId(key))?.key?.height
  }

  /** The same sink, noting what it is given and failing as often as asked. */
  watched(sink: Sink): Sink {
    return {
      name: sink.name,
      open: async context => {
        this.#mayFail()
        const session = await sink.open(context)
        const apply = session.apply.bind(session)
        const takeLease = session.takeLease?.bind(session)
        return Object.assign(session, {
          ...(takeLease && {
            takeLease: async (wish: LeaseWish) => {
              await this.#passed(context.epoch)
              return takeLease(wish)
            }
          }),
          apply: async (writes: readonly SinkWrite[], watermark: SinkSession["watermark"]) => {
            const ids = writes.map(({ document }) => document.id)
            this.tried.push(ids)
            await this.#passed(context.epoch)
            if (this.hangs) await new Promise<never>(() => {})
            this.#mayFail()
            const error = this.refuse(ids)
            if (error !== undefined) throw error
            this.nowMs += this.applyMs(writes.length)
            if (ids.length > 0) this.batches.push(ids)
            await apply(writes, watermark)
          }
        })
      }
    }
  }

  async #passed(epoch: string): Promise<void> {
    if (this.#held.has(epoch)) await new Promise<void>(resolve => this.#waiting.push(resolve))
  }

  #mayFail(): void {
    if (this.failures-- > 0) throw this.failure
  }
}
