import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { findingCount, type SinkReport, type VerifyReport } from "../consistency/verify-report.ts"
import { assertUnreserved } from "../history/revert-note.ts"
import { backoffDelayMs } from "../projection/backoff-delay.ts"
import { planRepair } from "./plan-repair.ts"
import { checkQuietHours, quietUntil } from "./quiet-hours.ts"
import type { Repairable } from "./repair-host.ts"
import { plansByCollection, type QueuedRepair, type QueueEntry, RepairQueue } from "./repair-queue.ts"
import type { RepairPlan } from "./repair-plan.ts"
import { type RepairScheduler, type SchedulerEvent, type SchedulerOptions } from "./repair-scheduler.ts"
import { checkPolicy } from "./source-of-truth.ts"
import { resumeRepair, startRepair, unfinishedRepairs } from "./start-repair.ts"

const defaultEveryMs = 15 * 60_000
const defaultHoldAbove = 0.2
const defaultBackoff = { firstMs: 60_000, maxMs: 3_600_000 }

/** One thing at a time: going on with what was killed, then verifications and repairs, whichever is due. */
export class RunningScheduler implements RepairScheduler {
  readonly #replica: Repairable
  /** Of the replica, which does not give them any more once it is closed. */
  readonly #ports: Repairable["repairing"]["source"]["ports"]
  readonly #options: SchedulerOptions
  readonly #queue = new RepairQueue()
  readonly #closing = new AbortController()
  #verifyAtMs: number
  #verified = Promise.withResolvers<void>()
  #running: Promise<void>
  #isBusy = true
  #cancelTimer = (): void => {}

  constructor(replica: Repairable, options: SchedulerOptions) {
    checkQuietHours(options.quietHours ?? [])
    checkPolicy(options.sourceOfTruth ?? "document")
    assertUnreserved(options.meta ?? {})
    checkEvery(options.everyMs ?? defaultEveryMs)
    this.#replica = replica
    this.#ports = replica.repairing.source.ports
    this.#options = options
    this.#verifyAtMs = this.#nowMs()
    this.#running = this.#do(() => this.#resumeKilled())
  }

  get queue(): readonly QueuedRepair[] {
    return this.#queue.list.map(toQueued)
  }

  reprioritise(collection: string, priority: number): boolean {
    return this.#edit(collection, entry => ({ ...entry, priority }))
  }

  drop(collection: string): boolean {
    return this.#queue.drop(collection)
  }

  approve(collection: string): boolean {
    if (this.#queue.get(collection)?.state !== "held") return false
    return this.#edit(collection, ({ reason: _reason, ...entry }) => ({ ...entry, state: "waiting" }))
  }

  verifyNow(): Promise<void> {
    this.#verifyAtMs = this.#nowMs()
    this.#arm()
    return this.#verified.promise
  }

  async close(): Promise<void> {
    this.#closing.abort()
    this.#cancelTimer()
    await this.#running
    this.#rejectWaiting()
  }

  /** Without its replica there is nothing left to do, and nobody to tell. */
  #end(): void {
    this.#closing.abort()
    this.#rejectWaiting()
  }

  #rejectWaiting(): void {
    this.#verified.promise.catch(() => {})
    this.#verified.reject(coreError("aborted", "the repair scheduler was closed"))
  }

  #edit(collection: string, change: (entry: QueueEntry) => QueueEntry): boolean {
    const entry = this.#queue.get(collection)
    if (entry === undefined) return false
    this.#queue.put(change(entry))
    this.#arm()
    return true
  }

  /** Runs one thing, and looks for the next when it is over. What fails is told, and comes again. */
  async #do(work: () => Promise<void>): Promise<void> {
    this.#isBusy = true
    try {
      await work()
    } catch (error) {
      if (isSynclineError(error, "replica-closed")) this.#end()
      else if (!this.#isClosed || !isSynclineError(error, "aborted"))
        this.#tell({ type: "failed", error: asError(error) })
    } finally {
      this.#isBusy = false
      this.#arm()
    }
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  #arm(): void {
    this.#cancelTimer()
    if (this.#isClosed || this.#isBusy) return
    const [next] = this.#queue.list.filter(entry => this.#dueMs(entry) <= this.#nowMs())
    const dueMs = Math.min(this.#verifyAtMs, ...this.#queue.list.map(entry => this.#dueMs(entry)))
    // A clock that is set back must not keep it from ever looking again.
    const delayMs = Math.min(Math.max(0, dueMs - this.#nowMs()), this.#everyMs)
    const work =
      this.#verifyAtMs <= this.#nowMs() || next === undefined
        ? () => this.#verifyIfDue()
        : () => this.#repair(next)
    this.#cancelTimer = this.#ports.timers.schedule(delayMs, () => {
      // What is due now may be another than when the timer was set.
      if (delayMs > 0) this.#arm()
      else this.#running = this.#do(work)
    })
  }

  /** When it is an entry's turn, as far as it alone is concerned. */
  #dueMs({ state, nextMs, priority }: QueueEntry): number {
    if (state === "held" || state === "running") return Number.POSITIVE_INFINITY
    const { quietHours = [], urgentFrom = Number.POSITIVE_INFINITY } = this.#options
    return priority >= urgentFrom ? nextMs : quietUntil(Math.max(nextMs, this.#nowMs()), quietHours)
  }

  async #resumeKilled(): Promise<void> {
    const { signal } = this.#closing
    for (const { id } of await unfinishedRepairs(this.#replica))
      await (await resumeRepair(this.#replica, id, { signal })).done
  }

  async #verifyIfDue(): Promise<void> {
    if (this.#verifyAtMs > this.#nowMs()) return
    const waiting = this.#verified
    this.#verified = Promise.withResolvers()
    // Should it fail, it is not tried again at once.
    this.#verifyAtMs = this.#nowMs() + this.#everyMs
    try {
      const { signal } = this.#closing
      const report = await this.#replica.repairing.verify({ ...this.#options.verify, signal })
      this.#tell({ type: "verified", report })
      this.#enqueue(report)
      waiting.resolve()
    } catch (error) {
      waiting.promise.catch(() => {})
      waiting.reject(error)
      throw error
    }
  }

  #enqueue(report: VerifyReport): void {
    const { repairAbove = 0, holdAbove = defaultHoldAbove, priorities = {} } = this.#options
    const shares = new Map(report.sinks.map(sink => [sink.sink, wrongShare(sink)]))
    const sinks = report.sinks.map(sink =>
      (shares.get(sink.sink) ?? 0) > repairAbove ? sink : { ...sink, findings: [], truncated: true }
    )
    const nowMs = this.#nowMs()
    for (const [id, found] of plansByCollection(planRepair({ ...report, sinks }, this.#options))) {
      const plan = this.#queue.withoutDropped(id, found)
      const former = this.#queue.get(id)
      if (plan === undefined || former?.state === "running") continue
      const share = Math.max(...sinksIn(plan).map(sink => shares.get(sink) ?? 0))
      const isHeld = share > holdAbove && former?.state !== "waiting" && former?.state !== "backing-off"
      const kept = former?.state === "held" ? undefined : former?.reason
      const reason = isHeld ? `${(100 * share).toFixed(1)} % of a sink is wrong` : kept
      const entry: QueueEntry = {
        id,
        plan,
        state: isHeld ? "held" : former?.state === "backing-off" ? "backing-off" : "waiting",
        priority: former?.priority ?? (Object.hasOwn(priorities, id) ? (priorities[id] ?? 0) : 0),
        documents: plan.operations.length,
        cost: plan.cost,
        attempts: former?.attempts ?? 0,
        ...(former?.pauseMs === undefined ? {} : { pauseMs: former.pauseMs }),
        queuedMs: former?.queuedMs ?? nowMs,
        nextMs: former?.nextMs ?? nowMs,
        ...(reason === undefined ? {} : { reason })
      }
      this.#queue.put(entry)
      this.#tell({ type: "queued", entry: toQueued(entry) })
    }
  }

  async #repair(entry: QueueEntry): Promise<void> {
    const { signal } = this.#closing
    this.#queue.put({ ...entry, state: "running" })
    try {
      // After a while, what was read is not what is there any more.
      const plan = entry.attempts === 0 ? entry.plan : await this.#planAnew(entry)
      const { onEvent: _onEvent, everyMs: _everyMs, verify: _verify, ...options } = this.#options
      const report = await startRepair(this.#replica, plan, { ...options, signal }).done
      const isDone = report.counts.failed + report.counts.cancelled === 0 && report.stopped === undefined
      if (isDone) this.#queue.remove(entry.id)
      else
        this.#backOff(
          entry,
          report.operations.find(({ outcome }) => outcome === "failed")?.reason ?? report.stopped
        )
      this.#tell({ type: "repaired", entry: toQueued(entry), report })
    } catch (error) {
      this.#backOff(entry, asError(error).message)
      throw error
    }
  }

  async #planAnew({ plan }: QueueEntry): Promise<RepairPlan> {
    const ids = plan.operations.map(({ id }) => id)
    const { signal } = this.#closing
    const report = await this.#replica.repairing.verify({
      mode: { kind: "documents", ids },
      sinks: sinksIn(plan),
      signal
    })
    // Of these, what may be removed was allowed when they were found among all others.
    return planRepair(report, { ...this.#options, force: true })
  }

  #backOff(entry: QueueEntry, reason: string | undefined): void {
    const { backoff = defaultBackoff } = this.#options
    const attempts = entry.attempts + 1
    const pauseMs = backoffDelayMs(entry.pauseMs, backoff, this.#ports.random)
    const nextMs = this.#nowMs() + pauseMs
    const { priority } = this.#queue.get(entry.id) ?? entry
    const why = reason === undefined ? {} : { reason }
    this.#queue.put({ ...entry, state: "backing-off", priority, attempts, pauseMs, nextMs, ...why })
  }

  #tell(event: SchedulerEvent): void {
    if (event.type === "failed")
      this.#ports.logger.warn(`automatic repair failed: ${event.error.message}`, { error: event.error })
    this.#options.onEvent?.(event)
  }

  #nowMs(): number {
    return this.#ports.time.nowMs()
  }

  get #everyMs(): number {
    return this.#options.everyMs ?? defaultEveryMs
  }
}

function checkEvery(everyMs: number): void {
  if (!(everyMs > 0))
    throw coreError(
      "options-invalid",
      `everyMs of a repair scheduler is ${everyMs}; give milliseconds above 0`
    )
}

/** Of what was looked at in a sink, the share that is wrong. */
function wrongShare(report: SinkReport): number {
  const wrong = findingCount(report)
  return wrong / Math.max(1, wrong + report.counts.consistent)
}

function sinksIn({ operations }: RepairPlan): readonly string[] {
  return [...new Set(operations.flatMap(({ targets }) => targets.map(({ sink }) => sink)))]
}

function toQueued({ plan: _plan, pauseMs: _pauseMs, ...entry }: QueueEntry): QueuedRepair {
  return entry
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
