import { toHex } from "../codec/hex.ts"
import { abortedError } from "../projection/position-waiters.ts"
import { checkExecution } from "./check-execution.ts"
import { OperationAbort } from "./operation-abort.ts"
import { performOperation } from "./perform-operation.ts"
import type { ActiveRepair, ExecuteOptions, RepairJob, RepairProgress } from "./repair-job.ts"
import type { RepairHost } from "./repair-host.ts"
import {
  refusalsOf,
  type RepairOperation,
  type RepairOutcome,
  type RepairReport,
  toOutcome,
  toRepairReport
} from "./repair-report.ts"
import type { PlannedOperation, RepairPlan } from "./repair-plan.ts"
import { SinkLane } from "./sink-lane.ts"

/** Where it is kept how far a repair is. */
export interface RepairRecord {
  /** Before anything is done. */
  begin(): Promise<void>
  /** This operation of the plan has ended, and need not be done again. */
  ended(index: number): Promise<void>
  /** Everything has. */
  finish(): Promise<void>
}

/** Keeps nothing: what is killed is found by the next verification. */
export const noRecord: RepairRecord = {
  begin: () => Promise.resolve(),
  ended: () => Promise.resolve(),
  finish: () => Promise.resolve()
}

interface Active {
  readonly operation: PlannedOperation
  readonly abort: OperationAbort
  readonly startedMs: number
}

const defaultConcurrency = 32
const defaultTimeoutMs = 60_000

/** Executes a plan: so many operations at a time, each with an end, each told. */
export class RunningRepair implements RepairJob {
  readonly id: string
  readonly plan: RepairPlan
  readonly done: Promise<RepairReport>
  readonly #host: RepairHost
  readonly #options: ExecuteOptions
  readonly #record: RepairRecord
  readonly #lanes = new Map<string, SinkLane>()
  readonly #active = new Map<string, Active>()
  /** Where in the plan each operation is. */
  readonly #places: ReadonlyMap<string, number>
  /** By place in the plan. */
  readonly #outcomes = new Map<number, readonly RepairOperation[]>()
  readonly #counts: Partial<Record<RepairOutcome, number>> = {}
  /** Ids of operations that are not to be begun any more. */
  readonly #cancelled = new Set<string>()
  #next = 0
  #ended = 0
  #isCancelled = false
  #stopped: string | undefined
  #failure: Error | undefined

  constructor(
    host: RepairHost,
    plan: RepairPlan,
    id: string,
    options: ExecuteOptions,
    record: RepairRecord = noRecord
  ) {
    checkExecution(options)
    this.#host = host
    this.plan = plan
    this.id = id
    this.#options = options
    this.#record = record
    this.#places = new Map(plan.operations.map((operation, index) => [operation.id, index]))
    this.done = this.#run()
    // Who looks at `active` only need not listen.
    this.done.catch(() => {})
  }

  get active(): readonly ActiveRepair[] {
    return [...this.#active.values()].map(({ operation: { id, targets }, abort, startedMs }) => ({
      id,
      sinks: targets.map(({ sink }) => sink),
      stage: abort.isWriting ? "writing" : "preparing",
      startedMs
    }))
  }

  get progress(): RepairProgress {
    return { done: this.#ended, total: this.plan.operations.length, counts: { ...this.#counts } }
  }

  cancel(id?: string): boolean {
    if (id === undefined) {
      const isLeft = this.#ended < this.plan.operations.length
      this.#isCancelled = true
      this.#cancelActive()
      return isLeft
    }
    const active = this.#active.get(id)
    if (active !== undefined) return active.abort.cancel()
    const isWaiting = (this.#places.get(id) ?? -1) >= this.#next && !this.#isCancelled
    if (isWaiting) this.#cancelled.add(id)
    return isWaiting
  }

  async #run(): Promise<RepairReport> {
    const { time } = this.#host.source.ports
    const { signal, concurrency = defaultConcurrency } = this.#options
    const started = time.nowMs()
    const onAbort = (): void => this.#cancelActive()
    signal?.addEventListener("abort", onAbort, { once: true })
    try {
      await this.#record.begin()
      const workers = Math.min(Math.floor(concurrency), this.plan.operations.length)
      await Promise.all(Array.from({ length: workers }, () => this.#work()))
      // Also what ends early has done something.
      this.#host.tellRepaired(this.#inOrder())
      if (this.#failure !== undefined) throw this.#failure
      if (signal?.aborted === true) throw abortedError(signal)
      if (this.#stopped === undefined) await this.#record.finish()
    } finally {
      signal?.removeEventListener("abort", onAbort)
    }
    const { nonCritical = [] } = this.#options
    return toRepairReport({
      operations: this.#inOrder(),
      dryRun: false,
      durationMs: time.nowMs() - started,
      planned: this.plan.complete,
      nonCritical,
      ...(this.#stopped === undefined ? {} : { stopped: this.#stopped })
    })
  }

  #inOrder(): readonly RepairOperation[] {
    const { operations } = this.plan
    return [...refusalsOf(this.plan), ...operations.flatMap((_, index) => this.#outcomes.get(index) ?? [])]
  }

  async #work(): Promise<void> {
    for (;;) {
      const index = this.#next
      const operation = this.plan.operations[index]
      if (operation === undefined || this.#options.signal?.aborted === true || this.#failure !== undefined)
        return
      this.#next++
      try {
        await this.#perform(operation, index)
      } catch (error) {
        this.#failure ??= error instanceof Error ? error : new Error(String(error))
      }
    }
  }

  async #perform(operation: PlannedOperation, index: number): Promise<void> {
    const outcomes = await this.#outcomesOf(operation)
    // Cut short by the signal, it is not over: a resumed repair does it.
    const isCut =
      this.#options.signal?.aborted === true && outcomes.some(({ outcome }) => outcome === "cancelled")
    // Nor what a sink that is down did not take.
    const isLeft = this.#stopped !== undefined && outcomes.some(isUndone)
    this.#ended++
    for (const { outcome } of outcomes) this.#counts[outcome] = (this.#counts[outcome] ?? 0) + 1
    this.#outcomes.set(index, outcomes)
    this.#options.onProgress?.(this.progress)
    if (!isCut && !isLeft) await this.#record.ended(index)
  }

  async #outcomesOf(operation: PlannedOperation): Promise<readonly RepairOperation[]> {
    const { id, targets } = operation
    if (this.#isCancelled || this.#cancelled.has(id))
      return targets.map(target => toOutcome(id, target, "cancelled"))
    if (this.#stopped !== undefined)
      return targets.map(target => toOutcome(id, target, "cancelled", this.#stopped))
    const { timers, time } = this.#host.source.ports
    const abort = new OperationAbort(timers, this.#options.operationTimeoutMs ?? defaultTimeoutMs)
    this.#active.set(id, { operation, abort, startedMs: time.nowMs() })
    try {
      const laneOf = (sink: string): SinkLane => this.#laneOf(sink)
      const { meta = {} } = this.#options
      return await performOperation(
        { host: this.#host, source: this.#host.source, laneOf, meta },
        operation,
        abort
      )
    } finally {
      abort.settle()
      this.#active.delete(id)
      this.#stopWhereGivenUp(operation)
    }
  }

  /** What one sink lacks the next verification finds; a critical one that is down is for somebody to look at first. */
  #stopWhereGivenUp({ targets }: PlannedOperation): void {
    const { nonCritical = [] } = this.#options
    for (const { sink } of targets) {
      const error = this.#lanes.get(sink)?.givenUp
      if (error !== undefined && !nonCritical.includes(sink)) this.#stopped ??= error.message
    }
  }

  #laneOf(sink: string): SinkLane {
    const known = this.#lanes.get(sink)
    if (known !== undefined) return known
    const target = this.#host.targets.find(({ name }) => name === sink)
    const lane = new SinkLane(sink, target, this.#host.source.ports)
    this.#lanes.set(sink, lane)
    return lane
  }

  #cancelActive(): void {
    for (const { abort } of this.#active.values()) abort.cancel()
  }
}

function isUndone({ outcome }: RepairOperation): boolean {
  return outcome === "failed" || outcome === "cancelled"
}

/** A name for a repair: 16 hex digits. */
export function newRepairId({ source }: RepairHost): string {
  return toHex(source.ports.random.bytes(8))
}
