import { coreError } from "../errors/core-error.ts"
import type { BackoffLimits } from "./backoff-delay.ts"
import type { BatchLimits } from "./batch-size.ts"
import type { LeaseOptions } from "./lease-keeper.ts"
import type { SinkEvent } from "./sink-event.ts"

/** When changes go to a sink, what a caller of `projected` gets, and what finds out that a record is not right. */
export type ProjectionStrategy =
  /** At once; `projected` is rejected with `projection-pending` after the deadline. Commits stay as they are. */
  | { readonly kind: "write-through"; readonly deadlineMs?: number }
  /** A moment later, so that bursts go in one batch; `projected` waits as long as it takes. */
  | { readonly kind: "write-behind"; readonly lingerMs?: number }
  /** Unhurried, in large batches: who reads asks by `Projector.read` first, which mends what it finds. */
  | { readonly kind: "read-repair"; readonly lingerMs?: number }
  /** As write-behind; and everything is verified and repaired, so long after the last time ended. */
  | { readonly kind: "reconcile"; readonly everyMs?: number; readonly lingerMs?: number }

/** When a sink that fails is left alone. */
export interface BreakerLimits {
  /** After so many failures in a row. */
  readonly failures: number
  /** For so long, at least half of it; then one document is tried. */
  readonly restMs: number
}

/** How a sink is fed; each has a default. */
export interface FeedingOptions {
  /** Default: write-behind. */
  readonly strategy?: ProjectionStrategy
  /** Default: 500 documents, 4 MiB, 250 ms, given up after a minute. */
  readonly batch?: Partial<BatchLimits>
  /** Default: from 100 ms, at most 30 s. */
  readonly backoff?: Partial<BackoffLimits>
  /** Default: after 5 failures, for 30 s. */
  readonly breaker?: Partial<BreakerLimits>
  /**
   * The sink is written by whoever holds its lease, and nobody else: for several replicas that feed one sink while none of them has everything. All of them must
   * ask for it. What is there then is the holder's documents. Default: no lease, and the higher order key stays.
   */
  readonly lease?: LeaseOptions
  /**
   * Secret, 32 bytes: under it records are sealed. For several replicas that feed one sink: each can verify what the others wrote if all have the same. Under another
   * one than before, what was written is a `mismatch` until it is repaired. Default: a key of the store's own.
   */
  readonly sealKey?: Uint8Array
}

/** What `openProjector` takes. */
export interface ProjectorOptions extends FeedingOptions {
  /** Secret of the store, 32 bytes, the same at every opening: another key makes every stored seal wrong. */
  readonly sealKey: Uint8Array
  /**
   * Verifies the sink, and repairs it where `mends`; tells by itself how it went. For the strategy `reconcile`; without that, and then without mending, where the log cannot say any
   * more whether what the sink holds is of this store.
   */
  readonly reconcile?: (signal: AbortSignal, mends: boolean) => Promise<void>
  /** Hears what happens at the sink. */
  readonly onEvent?: (event: SinkEvent) => void
}

/** Options with everything filled in. */
export interface ProjectorSettings {
  readonly sealKey: Uint8Array
  readonly batch: BatchLimits
  readonly backoff: BackoffLimits
  readonly breaker: BreakerLimits
  readonly lease: LeaseOptions | undefined
  readonly onEvent: (event: SinkEvent) => void
}

/** What a strategy means for the projector. */
export interface StrategySettings {
  readonly strategy: ProjectionStrategy
  readonly lingerMs: number
  readonly deadlineMs: number | undefined
  /** Between reconciliations; `undefined`: there are none. */
  readonly everyMs: number | undefined
}

// Long enough to gather the keystrokes of a burst, short enough that nobody sees the delay.
const defaultLingerMs = 20
// Readers mend what they need: writing may wait for a batch worth its cost.
const readRepairLingerMs = 1000
// Finds a damage the same hour, and a sink of a million rows is read in a small part of it.
const defaultEveryMs = 3_600_000
// A form that waits longer than this for its database has failed its user.
const defaultDeadlineMs = 2000
// A batch is one transaction: large enough to spread its cost, small enough to hold in memory beside the application. Four in a second keep
// a sink that is caught up within the second, and what answers later than a minute answers nobody.
const defaultBatch: BatchLimits = {
  documents: 500,
  bytes: 4 * 1024 * 1024,
  targetMs: 250,
  timeoutMs: 60_000
}
// 24 days, what a host's timer counts: longer than any pause after which a holder is still the one to wait for.
const maxTtlMs = 2 ** 31 - 1
const defaultBackoff: BackoffLimits = { firstMs: 100, maxMs: 30_000 }
// Five pauses that grow make some seconds: what has not come back by then is down, and a call every half minute is enough.
const sealKeyBytes = 32

const defaultBreaker: BreakerLimits = { failures: 5, restMs: 30_000 }

// A record, so that an option which is added and not named here does not compile.
const known: Readonly<Record<keyof ProjectorOptions, true>> = {
  strategy: true,
  batch: true,
  backoff: true,
  breaker: true,
  lease: true,
  sealKey: true,
  reconcile: true,
  onEvent: true
}

/**
 * Fills in what was left out.
 *
 * @throws SynclineError `options-invalid` for a limit that lets nothing through, and for what is no option: misspelt, it would do nothing.
 */
export function projectorSettings(options: ProjectorOptions): ProjectorSettings {
  mustKnow("a sink beside `sink`", options, known)
  const { sealKey, batch, backoff, breaker, lease, onEvent } = options
  if (!(sealKey instanceof Uint8Array) || sealKey.length !== sealKeyBytes)
    throw coreError(
      "options-invalid",
      `sealKey of a sink is not a Uint8Array of ${sealKeyBytes} bytes; give so many random ones, the same to all that feed it`
    )
  mustKnow("`batch` of a sink", batch, defaultBatch)
  mustKnow("`backoff` of a sink", backoff, defaultBackoff)
  mustKnow("`breaker` of a sink", breaker, defaultBreaker)
  mustKnow("`lease` of a sink", lease, { ttlMs: true })
  const settings = {
    sealKey: sealKey.slice(),
    batch: { ...defaultBatch, ...batch },
    backoff: { ...defaultBackoff, ...backoff },
    breaker: { ...defaultBreaker, ...breaker },
    lease,
    onEvent: onEvent ?? (() => {})
  }
  mustBePositive("batch", settings.batch)
  // A store counts documents: half of one it would take for none, or for a mistake.
  if (!Number.isSafeInteger(settings.batch.documents))
    throw coreError(
      "options-invalid",
      `batch.documents of a sink is ${settings.batch.documents}; give a whole number`
    )
  mustBePositive("backoff", settings.backoff)
  mustBePositive("breaker", settings.breaker)
  mustBePositive("lease", lease ?? {})
  if (lease?.ttlMs !== undefined && lease.ttlMs > maxTtlMs)
    throw coreError(
      "options-invalid",
      `lease.ttlMs of a sink is ${lease.ttlMs}; give at most ${maxTtlMs}, or who dies with the lease keeps the others out`
    )
  return settings
}

/**
 * Fills in what a strategy leaves out.
 *
 * @throws SynclineError `options-invalid` for a strategy that does not exist, or a time that is none.
 */
export function strategySettings(strategy: ProjectionStrategy = { kind: "write-behind" }): StrategySettings {
  mustBeStrategy(strategy)
  const { kind, ...times } = strategy
  mustKnow(`the strategy "${kind}" of a sink`, times, strategyTimes[kind])
  mustBePositive(kind, times, 0)
  const none = { strategy, deadlineMs: undefined, everyMs: undefined }
  switch (strategy.kind) {
    case "write-through":
      return { ...none, lingerMs: 0, deadlineMs: strategy.deadlineMs ?? defaultDeadlineMs }
    case "write-behind":
      return { ...none, lingerMs: strategy.lingerMs ?? defaultLingerMs }
    case "read-repair":
      return { ...none, lingerMs: strategy.lingerMs ?? readRepairLingerMs }
    case "reconcile": {
      const { lingerMs = defaultLingerMs, everyMs = defaultEveryMs } = strategy
      mustBePositive(kind, { everyMs })
      return { ...none, lingerMs, everyMs }
    }
  }
}

function mustKnow(whose: string, given: object = {}, names: object): void {
  const unknown = Object.keys(given).find(name => !Object.hasOwn(names, name))
  if (unknown === undefined) return
  throw coreError(
    "options-invalid",
    `there is no option "${unknown}" for ${whose}; there are ${Object.keys(names).join(", ")}`
  )
}

const strategyTimes: Readonly<Record<ProjectionStrategy["kind"], object>> = {
  "write-through": { deadlineMs: true },
  "write-behind": { lingerMs: true },
  "read-repair": { lingerMs: true },
  reconcile: { everyMs: true, lingerMs: true }
}

function mustBeStrategy(strategy: unknown): void {
  const kind: unknown =
    typeof strategy === "object" && strategy !== null && "kind" in strategy && strategy.kind
  if (typeof kind !== "string" || !Object.hasOwn(strategyTimes, kind))
    throw coreError(
      "options-invalid",
      `the strategy of a sink is ${typeof kind === "string" ? `"${kind}"` : "none"}; give an object whose kind is one of ${Object.keys(strategyTimes).join(", ")}`
    )
}

function mustBePositive(what: string, limits: object, least = Number.MIN_VALUE): void {
  for (const [name, value] of Object.entries(limits) as [string, unknown][])
    if (typeof value !== "number" || !(value >= least))
      throw coreError(
        "options-invalid",
        `${what}.${name} of a sink is ${String(value)}; give a number ${least === 0 ? "from" : "above"} 0`
      )
}
