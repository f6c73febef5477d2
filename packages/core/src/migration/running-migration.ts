import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { backoffDelayMs } from "../projection/backoff-delay.ts"
import type { Projector } from "../projection/projector.ts"
import type { RunningSinkGroup, SinkGroupHost } from "../projection/sink-group.ts"
import {
  type MigrationEffect,
  type MigrationEvent,
  type MigrationPlan,
  nextMigrationState
} from "./migration-machine.ts"
import { type MigrationSettings, sinkOf } from "./migration-settings.ts"
import { loadMigrationState, type MigrationState, saveMigrationState } from "./migration-state.ts"
import type { MigrationStatus } from "./migration-status.ts"
import { NewSink } from "./new-sink.ts"
import { ProgressMeter } from "./progress-meter.ts"
import { publishInTime } from "./publish-in-time.ts"
import { watchedSink } from "./watched-sink.ts"

/** Of pauses between attempts, in sum: a server may be away for so long. What lasts longer needs somebody. */
const patienceMs = 60_000
const backoff = { firstMs: 100, maxMs: 15_000 }

/** The runner beside the state machine, while a replica is open. */
export class RunningMigration implements RunningSinkGroup {
  readonly #host: SinkGroupHost
  readonly #settings: MigrationSettings
  readonly #plan: MigrationPlan
  readonly #onChange: () => void
  #state: MigrationState
  #from: Projector | undefined
  #to: Projector | undefined
  #meter: ProgressMeter
  #lastError: Error | undefined
  /** Fires when the replica is closed. */
  readonly #ending = new AbortController()
  /** Ends what belongs to a phase that is over. */
  #phase = new AbortController()
  /** Events are taken one after the other, and so are effects. */
  #turns: Promise<void> = Promise.resolve()
  /** Effects begin once there are sinks to have them on. */
  readonly #started = Promise.withResolvers<void>()
  #work: Promise<void> = this.#started.promise

  private constructor(
    host: SinkGroupHost,
    settings: MigrationSettings,
    state: MigrationState,
    onChange: () => void
  ) {
    this.#host = host
    this.#settings = settings
    this.#plan = { replaces: settings.from !== undefined, automatic: settings.automatic }
    this.#state = state
    this.#onChange = onChange
    const isFilled = ["catch-up", "verify", "cutover", "soak", "done"].includes(state.phase)
    this.#meter = this.#meterAt(isFilled ? state.documents : 0)
  }

  /** Takes up what is on record, or puts it there. */
  static async open(
    host: SinkGroupHost,
    settings: MigrationSettings,
    onChange: () => void
  ): Promise<RunningMigration> {
    const { name, fromName: from, toName: to } = settings
    const sinks = { ...(from === undefined ? {} : { from }), to }
    const found = await loadMigrationState(host.source, name, sinks)
    const state = found ?? { phase: "planned", ...sinks, target: 0, documents: 0 }
    if (found === undefined) await saveMigrationState(host.source, name, state)
    const running = new RunningMigration(host, settings, state, onChange)
    try {
      await running.#start()
    } finally {
      running.#started.resolve()
    }
    return running
  }

  get projectors(): readonly Projector[] {
    return [this.#from, this.#to].filter(each => each !== undefined)
  }

  get state(): MigrationState {
    return this.#state
  }

  get status(): MigrationStatus {
    const { phase, from, to, failure } = this.#state
    const serving = this.#serving
    return {
      name: this.#settings.name,
      phase,
      ...(from === undefined ? {} : { from }),
      to,
      ...(serving === undefined ? {} : { serving }),
      progress: this.#meter.progress,
      ...(failure === undefined ? {} : { failure }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError })
    }
  }

  /** For what nobody waits for. */
  warn(error: unknown): void {
    const { name } = this.#settings
    this.#host.source.ports.logger.warn(`migration "${name}" (${this.#state.phase}): ${reasonOf(error)}`, {
      error
    })
  }

  serves(sink: string): boolean {
    return sink === this.#serving
  }

  /**
   * Takes an event and makes what follows durable; effects go on afterwards.
   *
   * @returns whether anything followed.
   * @throws SynclineError `replica-closed`, and what keeps the store from writing: then nothing happened.
   */
  dispatch(event: MigrationEvent): Promise<boolean> {
    const taken = this.#turns.then(() => this.#take(event))
    this.#turns = taken.then(
      () => {},
      () => {}
    )
    return taken
  }

  async close(): Promise<void> {
    this.#ending.abort()
    this.#phase.abort()
    await this.#turns
    // A projector that is closed lets go of whoever waits for it; one that was being opened meanwhile comes after.
    await this.#closeAll()
    await this.#work
    await this.#closeAll()
  }

  get #closed(): boolean {
    return this.#ending.signal.aborted
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.projectors.map(projector => projector.close()))
  }

  get #serving(): string | undefined {
    const { phase, from, to } = this.#state
    return phase === "soak" || phase === "done" ? to : from
  }

  async #start(): Promise<void> {
    const { from } = this.#settings
    const { phase } = this.#state
    if (from !== undefined && phase !== "done") this.#from = await this.#host.feed(from)
    try {
      if (phase !== "rolled-back") await this.#feed()
    } catch (error) {
      if (phase === "soak" || phase === "done") {
        await this.#from?.close()
        throw error
      }
      // The new sink keeps nobody from working with the former one.
      this.#later(() => this.#tell({ type: "failed", reason: reasonOf(error) }))
      return
    }
    this.#later(() => this.#tell({ type: "opened" }))
  }

  async #take(event: MigrationEvent): Promise<boolean> {
    if (this.#closed) throw closedError(this.#settings.name)
    const [next, effects] = nextMigrationState(this.#state, event, this.#plan)
    const { phase } = this.#state
    const changed = next !== this.#state
    if (changed) await saveMigrationState(this.#host.source, this.#settings.name, next)
    this.#state = next
    if (changed || effects.length > 0) {
      this.#phase.abort()
      this.#phase = new AbortController()
      if (this.#closed) this.#phase.abort()
    }
    const { signal } = this.#phase
    for (const effect of effects) this.#later(() => this.#perform(effect, signal))
    if (changed) this.#changed()
    if (next.phase !== phase) this.#tellPhase()
    return changed || effects.length > 0
  }

  #tellPhase(): void {
    const { name: migration, phase, serving, failure } = this.status
    this.#host.emit({
      type: "migrated",
      migration,
      phase,
      ...(serving === undefined ? {} : { serving }),
      ...(failure === undefined ? {} : { failure })
    })
  }

  #later(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.warn(error))
  }

  /** An effect until it is done, given up, or over with its phase. */
  async #perform(effect: MigrationEffect, signal: AbortSignal): Promise<void> {
    let pauseMs: number | undefined
    for (let waitedMs = 0; !signal.aborted; waitedMs += pauseMs)
      try {
        const event = await this.#do(effect, signal)
        this.#lastError = undefined
        if (event !== undefined && !signal.aborted) await this.#tell(event)
        return
      } catch (error) {
        if (signal.aborted) return
        this.#lastError = error instanceof Error ? error : new Error(String(error))
        this.warn(error)
        this.#changed()
        // What was decided is seen through: whoever asked for it waits, and there is no phase to fall back to.
        const isOver = waitedMs >= patienceMs || this.#to?.status.state === "failed" || !mayPass(error)
        if (isOver && effect !== "settle") return this.#tell({ type: "failed", reason: reasonOf(error) })
        pauseMs = await this.#pause(pauseMs, signal)
      }
  }

  /** An event of ours; what keeps the store from writing is waited out. */
  async #tell(event: MigrationEvent): Promise<void> {
    for (let pauseMs: number | undefined; !this.#closed; )
      try {
        await this.dispatch(event)
        return
      } catch (error) {
        if (isSynclineError(error, "replica-closed")) return
        pauseMs = await this.#pause(pauseMs, this.#ending.signal)
      }
  }

  /** Gives back how long it was meant to be: the next one follows from it. */
  async #pause(previousMs: number | undefined, signal: AbortSignal): Promise<number> {
    const { timers, random } = this.#host.source.ports
    const pauseMs = backoffDelayMs(previousMs, backoff, random)
    await new Promise<void>(resolve => {
      const end = (): void => {
        cancel()
        signal.removeEventListener("abort", end)
        resolve()
      }
      const cancel = timers.schedule(pauseMs, end)
      if (signal.aborted) end()
      else signal.addEventListener("abort", end)
    })
    return pauseMs
  }

  async #do(effect: MigrationEffect, signal: AbortSignal): Promise<MigrationEvent | undefined> {
    switch (effect) {
      case "feed":
        if (this.#to === undefined) await this.#feed()
        // An error that stopped it may have been mended.
        else if (this.#to.status.state === "failed") this.#to.resume()
        return undefined
      case "count":
        return this.#count(signal)
      case "fill":
        return this.#fill(signal)
      case "follow":
        await this.#newSink.drain(signal)
        return { type: "followed" }
      case "verify":
        return this.#verify(signal)
      case "switch":
        return this.#switch(signal)
      case "settle":
        return this.#settle(signal)
    }
  }

  async #feed(): Promise<void> {
    const { to } = this.#settings
    const sink = watchedSink(sinkOf(to), {
      onOpened: ({ watermark }) => this.#opened(watermark.position),
      onApplied: writes => this.#applied(writes.map(({ document }) => document.position))
    })
    this.#to = await this.#host.feed("sink" in to ? { ...to, sink } : sink)
  }

  async #count(signal: AbortSignal): Promise<MigrationEvent> {
    const target = this.#host.source.end.position
    return { type: "counted", target, documents: await this.#newSink.missing(target, signal) }
  }

  async #fill(signal: AbortSignal): Promise<MigrationEvent> {
    const { target, documents } = this.#state
    this.#meter = this.#meterAt(Math.max(0, documents - (await this.#newSink.missing(target, signal))))
    this.#changed()
    await this.#newSink.reach(target, signal)
    this.#meter.complete(this.#nowMs())
    return { type: "filled" }
  }

  async #verify(signal: AbortSignal): Promise<MigrationEvent> {
    const sink = this.#newSink
    const { session, filling, position } = sink
    const problem = await sink.problem(this.#settings.acceptParked, signal)
    if (problem !== undefined) return { type: "failed", reason: problem }
    // Opened anew meanwhile, it may be another one, of which only a part was verified.
    const isSame = session !== undefined && session === sink.session && filling === sink.filling
    if (!isSame || filling === undefined || sink.position < position) return { type: "unverified" }
    return { type: "verified", as: filling, at: sink.position }
  }

  async #switch(signal: AbortSignal): Promise<MigrationEvent> {
    // Put back under its open session.
    if (this.#newSink.position < (this.#state.verifiedAt ?? 0)) return { type: "unverified" }
    await this.#newSink.drain(signal)
    if (this.#newSink.filling !== this.#state.verified) return { type: "unverified" }
    await this.#publish(this.#settings.toName, signal)
    return { type: "switched" }
  }

  #publish(serving: string, phase: AbortSignal): Promise<void> {
    const { timers } = this.#host.source.ports
    return publishInTime(this.#settings, serving, { timers, patienceMs, phase })
  }

  async #settle(signal: AbortSignal): Promise<MigrationEvent> {
    const { fromName } = this.#settings
    const { phase } = this.#state
    const isBack = phase === "rolled-back"
    if (phase !== "done" && fromName !== undefined) await this.#publish(fromName, signal)
    if (!isBack && phase !== "done") return { type: "settled" }
    const [left, gone] = isBack ? [this.#from, this.#to] : [this.#to, this.#from]
    this.#from = isBack ? left : undefined
    this.#to = isBack ? undefined : left
    await gone?.close()
    return { type: "settled" }
  }

  get #newSink(): NewSink {
    if (this.#to === undefined)
      throw coreError("migration-failed", `sink ${this.#settings.toName} is not fed; retry the migration`)
    return new NewSink(this.#host, this.#to)
  }

  /** On record before it is fed, for afterwards nothing shows that it is not what was verified. */
  async #opened(at: number): Promise<void> {
    const { phase } = this.#state
    // While it is verified, too: that may be over, and not on record yet.
    if (phase === "verify" || phase === "cutover") await this.#tell({ type: "reopened", phase, at })
  }

  #applied(positions: readonly number[]): void {
    if (this.#state.phase !== "backfill") return
    this.#meter.add(positions.filter(position => position <= this.#state.target).length, this.#nowMs())
    this.#changed()
  }

  #meterAt(done: number): ProgressMeter {
    return new ProgressMeter(this.#state.documents, done, this.#nowMs())
  }

  #nowMs(): number {
    return this.#host.source.ports.time.nowMs()
  }

  #changed(): void {
    this.#onChange()
  }
}

/** What `migration-failed` and a sink's own lasting errors say is for somebody to mend. */
function mayPass(error: unknown): boolean {
  const lasting = ["migration-failed", "sink-foreign", "store-newer", "projection-invalid"]
  return !(isSynclineError(error) && lasting.includes(error.code))
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function closedError(name: string): Error {
  return coreError(
    "replica-closed",
    `migration "${name}": the replica was closed; open it again, the migration goes on where it was`
  )
}
