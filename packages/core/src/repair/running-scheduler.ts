import { isSynclineError } from "@syncline/clock"
import { coreError } from "../errors/core-error.ts"
import { sinkShares } from "../consistency/sink-shares.ts"
import type { SinkReport, VerifyReport } from "../consistency/verify-report.ts"
import { backoffDelayMs } from "../projection/backoff-delay.ts"
import { checkExecution, maxTimerMs, mustBePositive, mustBeShare } from "./check-execution.ts"
import { partOfPlan, sinksIn } from "./plan-parts.ts"
import { planRepair } from "./plan-repair.ts"
import {
  approvedEntry,
  entryOf,
  isApprovable,
  type QueuedRepair,
  type QueueEntry,
  toQueued
} from "./queue-entry.ts"
import { checkQuietHours, quietUntil } from "./quiet-hours.ts"
import type { Ports } from "../ports/ports.ts"
import type { Repairable } from "./repair-host.ts"
import type { RepairJob } from "./repair-job.ts"
import type { PlannedOperation, RepairPlan } from "./repair-plan.ts"
import { plansByCollection, RepairQueue } from "./repair-queue.ts"
import type { RepairReport } from "./repair-report.ts"
import { type RepairScheduler, type SchedulerEvent, type SchedulerOptions } from "./repair-scheduler.ts"
import { checkPolicy, sinksNamed } from "./source-of-truth.ts"
import { forgetRepair, resumeRepair, startRepair, unfinishedRepairs } from "./start-repair.ts"

const defaultEveryMs = 15 * 60_000
const defaultHoldAbove = 0.2
const defaultBackoff = { firstMs: 60_000, maxMs: 3_600_000 }

/** One thing at a time: going on with what was killed, then verifications and repairs, whichever is due. */
export class RunningScheduler implements RepairScheduler {
  readonly #replica: Repairable
  /** Kept: a replica that was closed gives none any more. */
  readonly #ports: Ports
  readonly #options: SchedulerOptions
  readonly #queue = new RepairQueue()
  readonly #closing = new AbortController()
  #verifyAtMs: number
  #verified = Promise.withResolvers<void>()
  #running: Promise<void>
  #isBusy = true
  #cancelTimer = (): void => {}
  /** Repairs that were killed, to be gone on with. */
  readonly #killed: string[] = []
  #job: RepairJob | undefined
  /** Attempts whose journal is still in the store. */
  readonly #unfinished = new Set<string>()

  constructor(replica: Repairable, options: SchedulerOptions) {
    checkScheduling(options)
    this.#replica = replica
    this.#ports = replica.repairing.source.ports
    this.#options = options
    this.#verifyAtMs = this.#nowMs()
    this.#running = this.#do(() => this.#findKilled())
  }

  get queue(): readonly QueuedRepair[] {
    return this.#queue.list.map(toQueued)
  }

  get job(): RepairJob | undefined {
    return this.#job
  }

  reprioritise(collection: string, priority: number): boolean {
    return this.#edit(collection, entry => ({ ...entry, priority }))
  }

  drop(collection: string): boolean {
    const isDropped = this.#queue.drop(collection)
    // It may have been its turn.
    if (isDropped) this.#arm()
    return isDropped
  }

  approve(collection: string): boolean {
    const entry = this.#queue.get(collection)
    return entry !== undefined && isApprovable(entry) && this.#edit(collection, approvedEntry)
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
    this.#end()
  }

  #end(): void {
    this.#closing.abort()
    this.#cancelTimer()
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
      // Nothing can be done any more, and nobody would end it.
      if (isSynclineError(error, "replica-closed")) this.#end()
      else if (!this.#isClosed || !isSynclineError(error, "aborted"))
        this.#tell({ type: "failed", error: asError(error) })
    } finally {
      await this.#forgetUnfinished()
      this.#isBusy = false
      this.#arm()
    }
  }

  /** Of attempts that failed with the store; it may not take this either, and is asked again. What closing cut short the next scheduler goes on with. */
  async #forgetUnfinished(): Promise<void> {
    for (const id of this.#isClosed ? [] : this.#unfinished)
      try {
        await forgetRepair(this.#replica, id)
        this.#unfinished.delete(id)
      } catch (error) {
        this.#ports.logger.warn("the journal of a repair is not removed yet", { id, error })
      }
  }

  get #isClosed(): boolean {
    return this.#closing.signal.aborted
  }

  #arm(): void {
    this.#cancelTimer()
    if (this.#isClosed || this.#isBusy) return
    const dues = this.#queue.list.map(entry => this.#dueMs(entry))
    const dueMs = Math.min(this.#verifyAtMs, this.#killedDueMs, ...dues)
    // A clock that is set back must not keep it from ever looking again.
    const delayMs = Math.min(Math.max(0, dueMs - this.#nowMs()), this.#everyMs, maxTimerMs)
    const work = this.#nextWork()
    this.#cancelTimer = this.#ports.timers.schedule(delayMs, () => {
      // What is due now may be another than when the timer was set.
      if (delayMs > 0) this.#arm()
      else this.#running = this.#do(work)
    })
  }

  /** Of what is due: what was killed, then a verification, then a repair. */
  #nextWork(): () => Promise<void> {
    const nowMs = this.#nowMs()
    const [next] = this.#queue.list.filter(entry => this.#dueMs(entry) <= nowMs)
    if (this.#killedDueMs <= nowMs) return () => this.#resumeKilled()
    if (this.#verifyAtMs <= nowMs || next === undefined) return () => this.#verifyIfDue()
    return () => this.#repair(next)
  }

  get #killedDueMs(): number {
    return this.#killed.length === 0
      ? Number.POSITIVE_INFINITY
      : quietUntil(this.#nowMs(), this.#options.quietHours ?? [])
  }

  /** When it is an entry's turn, as far as it alone is concerned. */
  #dueMs({ state, nextMs, priority }: QueueEntry): number {
    if (state === "held" || state === "running") return Number.POSITIVE_INFINITY
    const { quietHours = [], urgentFrom = Number.POSITIVE_INFINITY } = this.#options
    return priority >= urgentFrom ? nextMs : quietUntil(Math.max(nextMs, this.#nowMs()), quietHours)
  }

  async #findKilled(): Promise<void> {
    for (const { id } of await unfinishedRepairs(this.#replica)) this.#killed.push(id)
  }

  /** Goes on with one. Should it fail, the others are not kept from it; it stays in the store for the next scheduler. */
  async #resumeKilled(): Promise<void> {
    const id = this.#killed.shift()
    const { concurrency, operationTimeoutMs } = this.#options
    const options = {
      signal: this.#closing.signal,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(operationTimeoutMs === undefined ? {} : { operationTimeoutMs })
    }
    if (id !== undefined) await this.#toEnd(await resumeRepair(this.#replica, id, options))
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
    const shares = new Map(report.sinks.map(sink => [sink.sink, sinkShares(sink).wrong]))
    const isLeft = (share: number): boolean => share > 0 && share <= repairAbove
    const sinks = report.sinks.map(sink =>
      isLeft(shares.get(sink.sink) ?? 0) ? { ...sink, findings: [], truncated: true } : sink
    )
    const isWhole = ["full", "merkle"].includes(report.mode.kind) && sinks.every(isListedWhole)
    const plans = plansByCollection(planRepair({ ...report, sinks }, this.#options))
    if (isWhole) this.#removeHeld(id => !plans.has(id))
    for (const [id, found] of plans) {
      // What was not looked at may still be there.
      if (isWhole) this.#queue.forgetUnlessIn(id, found)
      const plan = this.#queue.withoutDropped(id, found)
      if (plan.operations.length + plan.refused.length === 0) continue
      const share = Math.max(...sinksIn(plan).map(sink => shares.get(sink) ?? 0))
      const priority = Object.hasOwn(priorities, id) ? (priorities[id] ?? 0) : 0
      const settings = { holdAbove, priority, nowMs: this.#nowMs() }
      this.#putTold(entryOf({ id, plan, share }, this.#queue.get(id), settings))
    }
  }

  /** What was held and is right by now, because documents came back or somebody mended it, waits for nobody any more. */
  #removeHeld(isRight: (id: string) => boolean): void {
    const { collections, sinks } = this.#options.verify ?? {}
    for (const { id, state } of this.#queue.list) {
      const isVerified = sinks === undefined && (collections?.includes(id) ?? true)
      if (state === "held" && isVerified && isRight(id)) this.#queue.remove(id)
    }
  }

  #putTold(entry: QueueEntry): void {
    this.#queue.put(entry)
    this.#tell({ type: "queued", entry: toQueued(entry) })
  }

  async #repair(entry: QueueEntry): Promise<void> {
    const { signal } = this.#closing
    this.#queue.put({ ...entry, state: "running" })
    try {
      // After a while, what was read is not what is there any more.
      const plan = entry.attempts === 0 ? entry.plan : await this.#planAnew(entry)
      const { onEvent: _onEvent, everyMs: _everyMs, verify: _verify, ...options } = this.#options
      const job = startRepair(this.#replica, plan, { ...options, signal })
      this.#unfinished.add(job.id)
      const report = await this.#toEnd(job)
      // What is left is planned anew, and not gone on with: a sink that stays down would leave a journal for each attempt.
      if (report.stopped !== undefined) await forgetRepair(this.#replica, job.id)
      this.#unfinished.delete(job.id)
      const isDone = report.counts.failed === 0 && report.stopped === undefined
      const failed = report.operations.find(({ outcome }) => outcome === "failed")
      if (!isDone) this.#backOff({ ...entry, plan }, failed?.reason ?? report.stopped)
      else if (plan.refused.length === 0) this.#queue.remove(entry.id)
      this.#tell({ type: "repaired", entry: toQueued(entry), report })
      if (isDone && plan.refused.length > 0) this.#keepRefused(entry, plan)
    } catch (error) {
      this.#backOff(entry, asError(error).message)
      throw error
    }
  }

  /** Follows a repair. What somebody cancelled is not found again. */
  async #toEnd(job: RepairJob): Promise<RepairReport> {
    this.#job = job
    try {
      const report = await job.done
      this.#queue.leaveOut(cancelledIn(job, report))
      return report
    } finally {
      this.#job = undefined
    }
  }

  /** What was to be mended is; what must not be removed without somebody's looking waits for that. */
  #keepRefused(entry: QueueEntry, plan: RepairPlan): void {
    const { priority, isApproved } = this.#queue.get(entry.id) ?? entry
    const [first] = plan.refused
    const left: QueueEntry = {
      id: entry.id,
      plan: partOfPlan(plan, [], plan.refused),
      state: "held",
      priority,
      attempts: 0,
      queuedMs: entry.queuedMs,
      nextMs: this.#nowMs(),
      ...(first === undefined ? {} : { reason: first.reason })
    }
    // Somebody may have approved it while the rest was under way.
    this.#putTold(isApproved === true ? approvedEntry(left) : left)
  }

  async #planAnew({ id, plan, isApproved = false }: QueueEntry): Promise<RepairPlan> {
    const ids = plan.operations.map(operation => operation.id)
    const { nonCritical = [], sourceOfTruth = "document", force = false } = this.#options
    const { signal } = this.#closing
    const sinks = [...new Set([...sinksIn(plan), ...sinksNamed(sourceOfTruth)])]
    const report = await this.#replica.repairing.verify({ mode: { kind: "documents", ids }, sinks, signal })
    const unread = report.sinks.find(({ sink, error }) => error !== undefined && !nonCritical.includes(sink))
    // Nothing found there would pass for nothing being wrong.
    if (unread?.error !== undefined) throw unread.error
    const anew = planRepair(report, { ...this.#options, force: force || isApproved })
    const looked = new Set(ids)
    // Of what is not looked at again nothing may be removed either.
    const refused = plan.refused.filter(each => !looked.has(each.id))
    const whole = partOfPlan(anew, anew.operations, [...anew.refused, ...refused])
    return this.#queue.withoutDropped(id, whole)
  }

  #backOff(entry: QueueEntry, reason: string | undefined): void {
    const { backoff = defaultBackoff } = this.#options
    const attempts = entry.attempts + 1
    const pauseMs = backoffDelayMs(entry.pauseMs, backoff, this.#ports.random)
    const nextMs = this.#nowMs() + pauseMs
    const { priority, isApproved } = this.#queue.get(entry.id) ?? entry
    const why = reason === undefined ? {} : { reason }
    const left = { ...entry, state: "backing-off", priority, attempts, pauseMs, nextMs, ...why } as const
    // Somebody may have approved it while it was under way.
    this.#queue.put(isApproved === true ? approvedEntry(left) : left)
  }

  #tell(event: SchedulerEvent): void {
    if (event.type === "failed")
      this.#ports.logger.warn(`automatic repair failed: ${event.error.message}`, { error: event.error })
    try {
      this.#options.onEvent?.(event)
    } catch (error) {
      // What it does with the event is the application's; what is to be repaired does not depend on it.
      this.#ports.logger.warn("a listener of automatic repair failed", { event: event.type, error })
    }
  }

  #nowMs(): number {
    return this.#ports.time.nowMs()
  }

  get #everyMs(): number {
    return this.#options.everyMs ?? defaultEveryMs
  }
}

/** @throws SynclineError `options-invalid` */
function checkScheduling(options: SchedulerOptions): void {
  const { everyMs = defaultEveryMs, backoff = defaultBackoff } = options
  checkQuietHours(options.quietHours ?? [])
  checkPolicy(options.sourceOfTruth ?? "document")
  checkExecution(options)
  mustBePositive("everyMs", everyMs)
  mustBePositive("backoff.firstMs", backoff.firstMs)
  mustBePositive("backoff.maxMs", backoff.maxMs)
  mustBeShare("repairAbove", options.repairAbove ?? 0)
  mustBeShare("holdAbove", options.holdAbove ?? defaultHoldAbove)
}

/** What somebody cancelled; not what was given up with its sink, which has a reason. */
function cancelledIn({ plan }: RepairJob, { operations }: RepairReport): readonly PlannedOperation[] {
  const cancelled = operations.filter(
    ({ outcome, reason }) => outcome === "cancelled" && reason === undefined
  )
  const ids = new Set(cancelled.map(({ id }) => id))
  return plan.operations.filter(({ id }) => ids.has(id))
}

function isListedWhole({ truncated, error }: SinkReport): boolean {
  return !truncated && error === undefined
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}
