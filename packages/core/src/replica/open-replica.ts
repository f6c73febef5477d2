import { isSynclineError } from "@syncline/clock"
import type { AuditFeature } from "../audit/audit-host.ts"
import { PolicyTable } from "../conflict/policy-table.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { Collection } from "../document/collection.ts"
import type { Engine } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { systemPorts } from "../ports/system-ports.ts"
import type { PresenceFeature, RunningPresence } from "../presence/presence-hook.ts"
import type { Store, StoreSession } from "../store/store.ts"
import type { Witness } from "../store/witness.ts"
import { checkEngines, readyEngines } from "./check-engines.ts"
import { checkOptions } from "./check-options.ts"
import { adoptionOf } from "./adoption.ts"
import { rulesReady } from "./document-loader.ts"
import { Identity, type IdentityChoice } from "./identity.ts"
import { projectionSource } from "./projection-gate.ts"
import { Replica } from "./replica.ts"
import type { ReplicaEvent } from "./replica-events.ts"
import { ReplicaCore } from "./replica-core.ts"
import type { CollectionSetup } from "./replica-parts.ts"
import { loadStoreFacts } from "./store-facts.ts"
import { unitSecret } from "./unit-secret.ts"
import { type FeedingParts, openProjections, type SinkOptions } from "./projections.ts"

const settling = new DeferredPart("conflict policies", () => import("./conflict-settler.ts"))

/** What a replica is opened with. */
export interface ReplicaOptions {
  /** Durable home: `sqliteStore(path)`, `memoryStore()`. */
  readonly store: Store
  /** Engine of collections that do not name another. */
  readonly engine: Engine
  /** Collections with declared fields, rules for their values or an engine of their own; all others are plain. */
  readonly collections?: readonly Collection<object>[]
  /** Where converged state is pushed; `{ sink, strategy }` for other than write-behind. */
  readonly sinks?: readonly SinkOptions[]
  /** Where the store's identity is vouched for. Default: what the store brings along. */
  readonly witness?: Witness
  /** Default `witnessed`. */
  readonly identity?: IdentityChoice
  /** Loaded documents are kept up to about this many bytes. Default 256 MiB. */
  readonly memoryBudgetBytes?: number
  /**
   * Raw commits kept per document when its log is folded into a snapshot. Default 1,000; `Infinity` never folds.
   */
  readonly retainCommits?: number
  /** Conflict records kept per document; beyond it those with the oldest commits go. Default 1,000. */
  readonly retainConflicts?: number
  /** `auditTrail()` of `@syncline/core/audit`: what commits did is kept when they are folded. Default: it is not. */
  readonly audit?: AuditFeature
  /** `presence()` of `@syncline/core/presence`: who is here, and what they show of themselves. Default: it is not told. */
  readonly presence?: PresenceFeature
  /** Hears everything the replica reports, from the start: what happens while it opens is over before `Replica.on`. */
  readonly onEvent?: (event: ReplicaEvent) => void
  /** Time, randomness, timers and logging, where not the platform's. */
  readonly ports?: Partial<Ports>
}

/** A few thousand notes; a phone's tab survives it. */
const defaultMemoryBudgetBytes = 256 * 1024 * 1024

/**
 * Opens a replica on a store, with the sinks it feeds. One replica a store at a time.
 *
 * Waits for the engines first, where one has something to load (Automerge's WebAssembly).
 *
 * @throws SynclineError `options-invalid`, `engine-unavailable` for an engine that does not load, `engine-unknown` when
 *   a collection has documents of another engine than it names, what `Store.open` throws, `witness-unavailable` when the store's identity cannot be vouched for
 *   (choose `identity: "per-opening"` then), `shape-invalid` for a collection declared twice, `code-unavailable` when
 *   what sinks, policies or rules need cannot be fetched, and what sinks throw.
 */
export async function openReplica(options: ReplicaOptions): Promise<Replica> {
  checkOptions(options)
  const collections = setups(options)
  const ports = systemPorts(options.ports)
  await readyEngines(options.engine, collections)
  const session = await options.store.open()
  try {
    await checkEngines(session, options.engine, collections)
    const facts = await loadStoreFacts(session, ports.random)
    const identity = await openIdentity(session, options, ports)
    if ([...collections.values()].some(({ rules }) => rules !== undefined)) await rulesReady()
    const hasPolicies = [...collections.values()].some(({ policies }) => policies !== undefined)
    const core = new ReplicaCore({
      session,
      epoch: facts.epoch,
      unitSecret: unitSecret(facts.sealKey, session.end),
      identity,
      ports,
      collections,
      fallback: { engine: options.engine, shape: { kind: "map", fields: {} } },
      memoryBudgetBytes: options.memoryBudgetBytes ?? defaultMemoryBudgetBytes,
      retainCommits: options.retainCommits ?? 1_000,
      retainConflicts: options.retainConflicts ?? 1_000,
      settling: hasPolicies ? await settling.load() : undefined,
      audit: options.audit
    })
    if (options.onEvent !== undefined) core.events.on(options.onEvent)
    const feeding: FeedingParts = {
      source: projectionSource(core),
      sealKey: facts.sealKey,
      adoption: adoptionOf(core),
      emit: event => core.events.emit(event)
    }
    const projections = await openProjections(feeding, options.sinks ?? [])
    void core.settler?.takeUp()
    return new Replica(core, projections, startPresence(options.presence, ports))
  } catch (error) {
    await session.close()
    throw error
  }
}

function startPresence(
  feature: PresenceFeature | undefined,
  { timers, time, random, logger }: Ports
): RunningPresence | undefined {
  return feature?.start({
    timers,
    time,
    randomBytes: length => random.bytes(length),
    warn: (message, details) => logger.warn(message, details)
  })
}

function setups(options: ReplicaOptions): ReadonlyMap<string, CollectionSetup> {
  const byName = new Map<string, CollectionSetup>()
  for (const { name, shape, engine, rules, conflicts } of options.collections ?? []) {
    if (byName.has(name)) throw coreError("shape-invalid", `collection "${name}" is declared twice`)
    const judged = rules === undefined ? {} : { rules }
    const settled =
      conflicts === undefined ? {} : { policies: new PolicyTable(conflicts, rules?.version?.field) }
    byName.set(name, { engine: engine ?? options.engine, shape, ...judged, ...settled })
  }
  return byName
}

async function openIdentity(session: StoreSession, options: ReplicaOptions, ports: Ports): Promise<Identity> {
  try {
    return await Identity.open(
      session,
      options.witness ?? session.witness,
      options.identity ?? "witnessed",
      ports.random
    )
  } catch (cause) {
    if (!isSynclineError(cause, "witness-unavailable")) throw cause
    throw coreError(
      "witness-unavailable",
      `nothing can vouch for the identity of ${options.store.name}: ${cause.message}; give a witness, or open with identity: "per-opening"`,
      { cause }
    )
  }
}
