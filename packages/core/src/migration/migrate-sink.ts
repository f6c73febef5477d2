import { coreError } from "../errors/core-error.ts"
import { abortedError } from "../projection/position-waiters.ts"
import type { RunningSinkGroup, SinkGroup, SinkGroupHost } from "../projection/sink-group.ts"
import { EventHub } from "../replica/replica-events.ts"
import type { MigrationEvent } from "./migration-machine.ts"
import { type MigrationOptions, type MigrationSettings, migrationSettings } from "./migration-settings.ts"
import type { MigrationPhase } from "./migration-state.ts"
import type { MigrationStatus } from "./migration-status.ts"
import { RunningMigration } from "./running-migration.ts"

/** How to wait. */
export interface MigrationWait {
  /** Ends the waiting with `aborted`; the migration goes on. */
  readonly signal?: AbortSignal
}

/**
 * A migration from one sink to another, given to `openReplica` among its sinks. It lives as long as the replica is open; at the next
 * opening the same code finds it where it was.
 */
export class SinkMigration implements SinkGroup {
  readonly #settings: MigrationSettings
  readonly #events = new EventHub<MigrationStatus>(error => this.#running?.warn(error))
  readonly #waiting = new Set<() => void>()
  #running: RunningMigration | undefined
  /** As its last replica left it. */
  #left: MigrationStatus | undefined
  /** From when a replica begins to open it until that is closed. */
  #isTaken = false

  /** Migrations come from `migrateSink`. */
  constructor(options: MigrationOptions) {
    this.#settings = migrationSettings(options)
  }

  /**
   * How it is doing; once its replica is closed, how it was then, `closed`.
   *
   * @throws SynclineError `migration-phase` before a replica was opened with it
   */
  get status(): MigrationStatus {
    return this.#running === undefined && this.#left !== undefined ? this.#left : this.#mustRun().status
  }

  /** Hears of each phase, and during the backfill of what is in when it begins or goes on, and of each batch. Returns the unsubscribe. */
  on(listener: (status: MigrationStatus) => void): () => void {
    return this.#events.on(listener)
  }

  /**
   * Fulfilled once a phase is reached or passed.
   *
   * @throws SynclineError `migration-failed` where it stops before, `migration-phase` where it was rolled back, `aborted`, and
   *   `migration-phase` where the replica is closed meanwhile
   */
  async reached(phase: MigrationPhase, options: MigrationWait = {}): Promise<MigrationStatus> {
    await this.#until(() => this.#hasReached(phase), options.signal)
    return this.status
  }

  /**
   * Lets the new sink serve. What it lacks by now is waited for; where it was filled anew since it was verified, it is verified again.
   * Fulfilled when searches and readers are pointed at it.
   *
   * @throws SynclineError `migration-phase` before it was found right; as `reached` otherwise
   */
  async cutover(options: MigrationWait = {}): Promise<void> {
    const { phase, asked } = this.#mustRun().state
    const isUnderWay = asked === true || phase === "soak" || phase === "done"
    if (!isUnderWay) await this.#ask("cutover", 'wait for reached("cutover")')
    await this.reached("soak", options)
  }

  /**
   * Goes back to the former sink, which was fed all the time, or gives up adding one. Possible until `finish`. What the new sink holds stays there.
   *
   * @throws SynclineError `migration-phase` when it is done
   */
  async rollback(options: MigrationWait = {}): Promise<void> {
    if (this.#mustRun().state.phase !== "rolled-back")
      await this.#ask("rollback", "migrate back, with the sinks changed round")
    await this.#until(() => this.#isSettled("rolled-back"), options.signal)
  }

  /**
   * Ends it: the former sink is not fed any more. What it holds stays there, for the application to remove. From then on the replica may
   * be opened with the new sink alone.
   *
   * @throws SynclineError `migration-phase` before the new sink serves
   */
  async finish(options: MigrationWait = {}): Promise<void> {
    if (this.#mustRun().state.phase !== "done") await this.#ask("finish", 'wait for reached("soak")')
    await this.#until(() => this.#isSettled("done"), options.signal)
  }

  /**
   * Begins again after it failed or was rolled back. What the new sink has already is not written again. Where a cutover failed, readers are pointed back
   * first, however long that takes.
   *
   * @throws SynclineError `migration-phase` while there is nothing to begin again, `aborted`
   */
  async retry(options: MigrationWait = {}): Promise<void> {
    await this.#until(
      () => this.#mustRun().state.phase !== "failed" || this.#isSettled("failed"),
      options.signal
    )
    await this.#ask("retry", "it is under way, or over")
  }

  /** For `openReplica`. */
  async openSinks(host: SinkGroupHost): Promise<RunningSinkGroup> {
    if (this.#isTaken)
      throw coreError(
        "options-invalid",
        `migration "${this.#settings.name}" is at work in another replica; make one for each`
      )
    this.#isTaken = true
    const running = await this.#open(host)
    this.#running = running
    return {
      get projectors() {
        return running.projectors
      },
      serves: sink => running.serves(sink),
      close: async () => {
        await running.close()
        this.#left = { ...running.status, closed: true }
        this.#running = undefined
        this.#isTaken = false
        this.#wake()
      }
    }
  }

  async #open(host: SinkGroupHost): Promise<RunningMigration> {
    try {
      return await RunningMigration.open(host, this.#settings, () => this.#changed())
    } catch (error) {
      this.#isTaken = false
      throw error
    }
  }

  async #ask(
    asked: Extract<MigrationEvent["type"], "cutover" | "finish" | "rollback" | "retry">,
    instead: string
  ): Promise<void> {
    const running = this.#mustRun()
    if (await running.dispatch({ type: asked })) return
    const { phase } = running.state
    throw coreError(
      "migration-phase",
      `migration "${this.#settings.name}" is in phase ${phase}, which has no ${asked}; ${instead}`,
      { details: { phase } }
    )
  }

  #hasReached(wanted: MigrationPhase): boolean {
    const { phase, failure } = this.#mustRun().state
    if (phase === wanted) return true
    const { name } = this.#settings
    if (phase === "failed")
      throw coreError("migration-failed", `migration "${name}" stopped: ${failure ?? "for no reason known"}`)
    if (phase === "rolled-back")
      throw coreError("migration-phase", `migration "${name}" was rolled back; retry() begins it again`, {
        details: { phase }
      })
    return order.includes(wanted) && order.indexOf(phase) > order.indexOf(wanted)
  }

  #isSettled(wanted: MigrationPhase): boolean {
    const { phase, unsettled } = this.#mustRun().state
    return phase === wanted && unsettled !== true
  }

  #until(condition: () => boolean, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiting.delete(look)
        signal?.removeEventListener("abort", abort)
        settle()
      }
      const abort = (): void => end(() => reject(abortedError(signal)))
      const look = (): void => {
        try {
          if (condition()) end(resolve)
        } catch (error) {
          end(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      }
      this.#waiting.add(look)
      signal?.addEventListener("abort", abort)
      if (signal?.aborted === true) abort()
      else look()
    })
  }

  #changed(): void {
    this.#wake()
    if (this.#running !== undefined) this.#events.emit(this.#running.status)
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look()
  }

  #mustRun(): RunningMigration {
    if (this.#running !== undefined) return this.#running
    throw coreError(
      "migration-phase",
      `migration "${this.#settings.name}" is not at work; open a replica with it among the sinks, and ask before that is closed`
    )
  }
}

const order: readonly MigrationPhase[] = [
  "planned",
  "backfill",
  "catch-up",
  "verify",
  "cutover",
  "soak",
  "done"
]

/**
 * Brings a sink in another's place, or adds one, while the replica is used: fills it, follows, verifies, and lets it serve when it is asked
 * to. Until `finish` both are fed, and one can go back.
 *
 * ```typescript
 * const migration = migrateSink({ from: notes, to: notesWithPlaces })
 * const replica = await openReplica({ store, engine: yjs(), sinks: [migration] })
 * await migration.reached("cutover")
 * await migration.cutover()
 * ```
 *
 * @throws SynclineError `options-invalid`
 */
export function migrateSink(options: MigrationOptions): SinkMigration {
  return new SinkMigration(options)
}
