import type { AuditFeature } from "../audit/audit-host.ts"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { encodeCommits } from "../codec/commit-encoder.ts"
import type { ConflictRule } from "../conflict/policy.ts"
import { ConflictSettler } from "../replica/conflict-settler.ts"
import { PolicyTable } from "../conflict/policy-table.ts"
import { collectionRules, type RuleOptions } from "../document/collection-rules.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Operation } from "../document/operation.ts"
import { type MapShape, type Shape, text } from "../document/shape.ts"
import type { Engine } from "../engine/engine.ts"
import { yjs } from "../engine/yjs/yjs-engine.ts"
import type { Ports } from "../ports/ports.ts"
import { silentLogger, systemPorts } from "../ports/system-ports.ts"
import type { DocumentState, PendingCommit } from "../replica/document-state.ts"
import { rulesReady } from "../replica/document-loader.ts"
import { Identity, type IdentityChoice } from "../replica/identity.ts"
import { ReplicaCore } from "../replica/replica-core.ts"
import { loadStoreFacts } from "../replica/store-facts.ts"
import { unitSecret } from "../replica/unit-secret.ts"
import { syncHost } from "../replica/sync-gate.ts"
import { memoryStore } from "../store/memory-store.ts"
import type { Store } from "../store/store.ts"
import type { Witness } from "../store/witness.ts"
import type { DocumentDelta, IncomingBatch, IncomingReport, SyncHost } from "../sync/sync-host.ts"
import { SeededRandom } from "./seeded-random.ts"

/** How a core is opened for a test; everything has a default. */
export interface CoreOptions {
  readonly store?: Store
  /** Default: the one in use. */
  readonly engine?: Engine
  /** Default: a text `body`. */
  readonly shape?: Shape
  readonly witness?: Witness
  readonly identity?: IdentityChoice
  /** Of the random port. Two cores with one seed draw the same actors. */
  readonly seed?: number
  readonly retainCommits?: number
  readonly retainConflicts?: number
  readonly memoryBudgetBytes?: number
  readonly audit?: AuditFeature
  readonly ports?: Partial<Ports>
  /** What settles conflicts of notes. */
  readonly conflicts?: readonly ConflictRule[]
  /** What values of notes must be, and of which version they are. */
  readonly rules?: RuleOptions
}

/** A replica without its public face, with the host links would use and a token of its own for those. */
export interface TestCore {
  readonly core: ReplicaCore
  readonly host: SyncHost
  readonly store: Store
  readonly origin: object
  readonly load: (id?: string) => Promise<DocumentState>
}

/** The document that tests use when they need but one. Its collection predefines the text `body`. */
export const noteId: DocumentId = "notes/1" as DocumentId

const shape: MapShape = { kind: "map", fields: { body: text() } }

let seeds = 1

let engine: Engine = yjs()

/** The engine of every core opened from now on; a suite so runs over another one than Yjs. */
export function useEngine(other: Engine): void {
  engine = other
}

/** The engine of the cores that are opened. */
export function engineInUse(): Engine {
  return engine
}

/** Opens a core on a store (default: a new memory store). */
export async function openCore(options: CoreOptions = {}): Promise<TestCore> {
  const store = options.store ?? memoryStore()
  const session = await store.open()
  const random = new SeededRandom(options.seed ?? seeds++)
  let nowMs = Date.UTC(2026, 0)
  const time = { nowMs: () => ++nowMs }
  const ports = systemPorts({ logger: silentLogger, random, time, ...options.ports })
  const facts = await loadStoreFacts(session, ports.random)
  const witness = options.witness ?? session.witness
  const identity = await Identity.open(session, witness, options.identity ?? "witnessed", ports.random)
  const fallback = { engine: options.engine ?? engine, shape: options.shape ?? shape }
  const rules = collectionRules(options.rules ?? {}, [])
  const judged = rules === undefined ? {} : { rules }
  if (rules !== undefined) await rulesReady()
  const core = new ReplicaCore({
    session,
    epoch: facts.epoch,
    unitSecret: unitSecret(facts.sealKey, session.end),
    identity,
    ports,
    collections: new Map(
      options.conflicts === undefined
        ? []
        : [
            [
              "notes",
              {
                ...fallback,
                ...judged,
                policies: new PolicyTable(options.conflicts, rules?.version?.field)
              }
            ]
          ]
    ),
    fallback,
    memoryBudgetBytes: options.memoryBudgetBytes ?? 1e9,
    retainCommits: options.retainCommits ?? 1_000,
    retainConflicts: options.retainConflicts ?? 1_000,
    settling: options.conflicts === undefined ? undefined : { ConflictSettler },
    audit: options.audit
  })
  void core.settler?.takeUp()
  const load = (id: string = noteId) => core.load(id as DocumentId)
  return { core, host: syncHost(core), store, origin: {}, load }
}

/** Makes one commit of operations; fails when they change nothing. */
export function edit(
  { core }: TestCore,
  state: DocumentState,
  ...operations: readonly Operation[]
): PendingCommit {
  const change = state.document.change(operations)
  if (change === undefined) throw new RangeError("the operations change nothing")
  return core.commit(state, { kind: "change", change, origin: "local" })
}

/** Makes one commit that types at a place of the predefined text. */
export function type(replica: TestCore, state: DocumentState, insert: string, index = 0): PendingCommit {
  return edit(replica, state, { op: "splice", path: ["body"], index, remove: 0, insert })
}

/** Makes one commit that sets a key of the root. */
export function put(
  replica: TestCore,
  state: DocumentState,
  key: string,
  value: string | number
): PendingCommit {
  return edit(replica, state, { op: "set", path: [key], content: { kind: "register", value } })
}

/** Waits until nothing is on its way to the store, folding included. */
export async function settle({ core }: TestCore): Promise<void> {
  await core.writer.idle()
  await core.compactor.idle()
  await core.writer.idle()
}

/** What a delta is on the wire, read back. */
export function overTheWire(delta: DocumentDelta): Pick<IncomingBatch, "commits" | "snapshots"> {
  return {
    commits: decodeCommits(encodeCommits(delta.commits)),
    ...(delta.snapshot === undefined ? {} : { snapshots: [delta.snapshot] })
  }
}

/** Brings one document from one replica to another, as links do between strangers. */
export async function pull(to: TestCore, from: TestCore, id: DocumentId = noteId): Promise<IncomingReport> {
  await settle(from)
  const delta = await from.host.delta(id, { version: await to.host.version(id) })
  return to.host.receive({ ...overTheWire(delta), origin: to.origin })
}

/** Pulls in both directions, some rounds of it. */
export async function exchange(a: TestCore, b: TestCore, rounds = 1, id: DocumentId = noteId): Promise<void> {
  for (let i = 0; i < rounds; i++) {
    await pull(b, a, id)
    await pull(a, b, id)
  }
}
