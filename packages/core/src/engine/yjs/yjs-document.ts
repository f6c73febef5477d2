import * as Y from "yjs"
import { isSynclineError } from "@syncline/clock"
import type { JsonObject, Path } from "../../document/json.ts"
import type { ContainerRef, KindReader, Operation } from "../../document/operation.ts"
import { type PredefinedFields, predefinedFields } from "../../document/predefined.ts"
import { coreError } from "../../errors/core-error.ts"
import { planEdits } from "../edit/edit-plan.ts"
import type { EngineChange, EngineDocument, EngineDocumentOptions } from "../engine.ts"
import { firstOrdinaryIdentity, genesisIdentity } from "../genesis-identity.ts"
import { DeferredPart } from "../../deferred/deferred-part.ts"
import { NativeObservers } from "../native-observers.ts"
import { mustBeContainer, withAncestors } from "../predefined-path.ts"
import { rethrowLater } from "../report-later.ts"
import type { CommitHistory, FootprintReader } from "../footprint.ts"
import { changedPaths, laterPaths } from "./changed-paths.ts"
import { mapTarget } from "./edit-target.ts"
import { kindReader } from "./kind-reader.ts"
import { genesisUpdate, rootName } from "./genesis.ts"
import { GuardedDecoderV1, GuardedDecoderV2, StrictDecoderV1 } from "./guarded-decoder.ts"
import { checkReserved, type GenesisIndex, indexGeneses } from "./reserved-identity.ts"
import {
  changeOrigin,
  genesisOrigin,
  type LocalWork,
  remoteOrigin,
  TransactionWatch
} from "./transaction-watch.ts"
import { ValueCache } from "./value-cache.ts"

const footprints = new DeferredPart("what updates touched", () => import("./footprint-reader.ts"))

/** See `Engine.readyFootprints`. */
export async function readyFootprints(): Promise<void> {
  if (footprints.loaded === undefined) await footprints.load()
}

/** Measured on text and map documents: what one struct takes in memory, beside its content. */
const bytesPerStruct = 200

/**
 * Measured on 68,000 keystrokes: in transactions of 32 to 128 updates they load in half the time they take one by one,
 * where each pays for a transaction, and a quarter of that in one, where Yjs merges neighbours only at the end.
 */
const updatesPerTransaction = 64

/** No structs, no deletions. */
const emptyUpdate = new Uint8Array([0, 0])

/** One document in Yjs; made by {@link yjs}. */
export class YjsDocument implements EngineDocument {
  readonly native: Y.Doc
  readonly #root: Y.Map<unknown>
  readonly #fields: PredefinedFields
  readonly #geneses: GenesisIndex = new Map()
  readonly #observers = new NativeObservers()
  readonly #reportError: (error: unknown) => void
  readonly #watch: TransactionWatch
  #values = new ValueCache()
  #identity: number
  #contentBytes = 0
  /** Where `change` finds its own result; absent while it is not running. */
  #ownWork: { work?: LocalWork } | undefined

  constructor(options: EngineDocumentOptions) {
    this.#fields = predefinedFields(options.shape)
    this.#reportError = options.reportError ?? rethrowLater
    this.#identity = readIdentity(options.identity)
    // Yjs would draw a guid number by number from the system's randomness, longer than all else here takes together.
    this.native = new Y.Doc({ gc: true, guid: rootName })
    this.#root = this.native.getMap(rootName)
    this.kindAt = kindReader(this.#root, this.#fields)
    if (options.snapshot !== undefined) {
      this.#load(options.snapshot)
      this.#mustBeComplete()
      indexGeneses(this.native, this.#geneses)
    }
    this.native.destroy = tellDestroyed
    // Only now: with its own past under it, Yjs would draw another.
    this.native.clientID = this.#identity
    this.#watch = new TransactionWatch(this.native, {
      identity: () => this.#identity,
      reportError: this.#reportError,
      onChanged: transaction => this.#values.invalidate(transaction.changed.keys()),
      onSettled: work => this.#settle(work),
      admitsReserved: () => this.#admitsReserved()
    })
  }

  get memoryBytes(): number {
    let structs = 0
    for (const list of this.native.store.clients.values()) structs += list.length
    return structs * bytesPerStruct + this.#contentBytes
  }

  value(): JsonObject {
    // Inside an open transaction nothing may be kept: Yjs does not tell what changed before it ends.
    const values = this.#watch.open ? new ValueCache() : this.#values
    return values.readMap(this.#root, this.#fields)
  }

  view(): JsonObject {
    return this.#watch.open ? this.value() : this.#values.viewMap(this.#root, this.#fields)
  }

  readonly kindAt: KindReader

  change(operations: readonly Operation[]): EngineChange | undefined {
    this.#mustBeIdle("change")
    const plan = planEdits(mapTarget(this.#root), this.#fields, operations)
    if (plan === undefined) return undefined
    if (plan.genesis.length > 0) this.ensureGenesis(plan.genesis)
    const own: { work?: LocalWork } = {}
    this.#ownWork = own
    try {
      this.#transact(() => plan.flush(), changeOrigin)
    } finally {
      this.#ownWork = undefined
    }
    return own.work === undefined ? undefined : this.#describe(own.work)
  }

  apply(updates: readonly Uint8Array[]): readonly Path[] {
    this.#mustBeIdle("apply")
    for (let at = 0; at < updates.length; at += updatesPerTransaction)
      this.#transact(() => {
        for (const update of updates.slice(at, at + updatesPerTransaction)) this.#integrate(update)
      }, remoteOrigin)
    return changedPaths(this.#watch.takeRemoteChanged(), this.#root)
  }

  applySnapshot(snapshot: Uint8Array): readonly Path[] {
    this.#mustBeIdle("apply a snapshot")
    this.#transact(() => this.#load(snapshot), remoteOrigin)
    this.#mustBeComplete()
    indexGeneses(this.native, this.#geneses)
    return changedPaths(this.#watch.takeRemoteChanged(), this.#root)
  }

  ensureGenesis(containers: readonly ContainerRef[]): void {
    const missing = new Map<number, ContainerRef>()
    for (const container of containers) {
      mustBeContainer(container)
      for (const ref of withAncestors(container)) {
        const identity = genesisIdentity(ref)
        if (!this.#geneses.has(identity)) missing.set(identity, ref)
      }
    }
    if (missing.size === 0) return
    this.#transact(() => {
      for (const ref of missing.values()) Y.applyUpdate(this.native, genesisUpdate(ref), genesisOrigin)
    }, genesisOrigin)
    for (const [identity, ref] of missing) this.#geneses.set(identity, ref)
  }

  establish(containers: readonly ContainerRef[]): EngineChange | undefined {
    this.#mustBeIdle("establish containers")
    const refs = containers.flatMap(withAncestors)
    if (refs.every(ref => this.#geneses.has(genesisIdentity(ref)))) return undefined
    this.ensureGenesis(refs)
    return {
      update: emptyUpdate,
      paths: changedPaths(this.#watch.takeRemoteChanged(), this.#root),
      containers: refs
    }
  }

  setIdentity(identity: Uint8Array): void {
    this.#identity = readIdentity(identity)
    this.native.clientID = this.#identity
  }

  onNativeChange(listener: (change: EngineChange) => void): () => void {
    return this.#observers.onChange(listener)
  }

  onNativeDamage(listener: () => void): () => void {
    return this.#observers.onDamage(listener)
  }

  footprints(history: CommitHistory): FootprintReader {
    const { loaded } = footprints
    if (loaded === undefined)
      throw coreError(
        "engine-unavailable",
        "footprints of Yjs documents are not loaded; await engine.readyFootprints() first"
      )
    return new loaded.YjsFootprintReader(this.native, history)
  }

  snapshot(): Uint8Array {
    return Y.encodeStateAsUpdateV2(this.native)
  }

  /** A snapshot of a copy: what was deleted in several steps is one piece there, and may be several here. */
  stateKey(): Uint8Array {
    const copy = new Y.Doc({ guid: rootName })
    Y.applyUpdateV2(copy, this.snapshot())
    const key = Y.encodeStateAsUpdateV2(copy)
    copy.destroy()
    return key
  }

  destroy(): void {
    this.#observers.clear()
    this.#values = new ValueCache()
    Y.Doc.prototype.destroy.call(this.native)
  }

  #load(snapshot: Uint8Array): void {
    try {
      Y.applyUpdateV2(this.native, snapshot, remoteOrigin, GuardedDecoderV2)
    } catch (cause) {
      if (isSynclineError(cause, "engine-identity-reserved")) throw cause
      throw coreError("engine-update-invalid", "the snapshot does not load", { cause })
    }
    this.#contentBytes += 2 * snapshot.length
  }

  #mustBeComplete(): void {
    const { pendingStructs, pendingDs } = this.native.store
    if (pendingStructs === null && pendingDs === null) return
    throw coreError("engine-update-invalid", "the bytes build on content that is not here")
  }

  #integrate(update: Uint8Array): void {
    try {
      try {
        Y.applyUpdateV2(this.native, update, remoteOrigin, StrictDecoderV1)
      } catch (error) {
        // Nothing has been integrated yet. Geneses among the bytes are fine if they are the real ones.
        if (!isSynclineError(error, "engine-identity-reserved")) throw error
        const found = checkReserved(update, this.#geneses)
        Y.applyUpdateV2(this.native, update, remoteOrigin, GuardedDecoderV1)
        for (const [identity, ref] of found) this.#geneses.set(identity, ref)
      }
    } catch (cause) {
      if (isSynclineError(cause, "engine-identity-reserved")) throw cause
      throw coreError("engine-update-invalid", "the update does not load", { cause })
    }
    // At once: Yjs would merge what is missing something with every further update, at a cost that grows with both.
    this.#mustBeComplete()
    this.#contentBytes += 2 * update.length
  }

  /** Runs a transaction. What the body throws is thrown; what observers throw is reported, as the change is made. */
  #transact(body: () => void, origin: unknown): void {
    let failure: { readonly error: unknown } | undefined
    const guarded = (): void => {
      try {
        body()
      } catch (error) {
        failure = { error }
      }
    }
    const wasBusy = this.#watch.busy
    try {
      Y.transact(this.native, guarded, origin, origin === changeOrigin)
    } catch (error) {
      if (wasBusy || !this.#watch.busy) this.#reportError(error)
      else failure ??= { error: this.#unended(error) }
    }
    if (failure !== undefined) throw failure.error
  }

  /** Yjs failed while it cleaned up after a transaction, which bytes that contradict themselves bring about: it ends no other after that. */
  #unended(cause: unknown): Error {
    this.#observers.tellDamage()
    return coreError("engine-update-invalid", "the document contradicts itself; it has to be loaded again", {
      cause
    })
  }

  #admitsReserved(): boolean {
    try {
      indexGeneses(this.native, this.#geneses)
      return true
    } catch {
      this.#observers.tellDamage()
      return false
    }
  }

  #settle(work: LocalWork): void {
    if (this.#ownWork !== undefined) this.#ownWork.work = work
    else if (this.#observers.awaitChanges) this.#observers.tellChange(this.#describe(work))
  }

  #describe({ updates, changed, geneses }: LocalWork): EngineChange {
    const update = updates.length === 1 && updates[0] !== undefined ? updates[0] : Y.mergeUpdates(updates)
    this.#contentBytes += 2 * update.length
    const containers: ContainerRef[] = []
    for (const identity of geneses) {
      const container = this.#geneses.get(identity)
      if (container !== undefined) containers.push(container)
    }
    const pathsOf = laterPaths(changed, this.#root)
    return {
      update,
      containers,
      get paths() {
        return pathsOf()
      }
    }
  }

  #mustBeIdle(what: string): void {
    if (!this.#watch.busy) return
    throw coreError(
      "transaction-open",
      `cannot ${what} while a transaction on the native document is open or its observers run; do it afterwards`
    )
  }
}

/**
 * Editors destroy what they are done with. Yjs would then stop telling anybody of changes, us included. One function for
 * all documents: V8 would keep a closure of
 * each, and the document with it, until the next full collection.
 */
function tellDestroyed(this: Y.Doc): void {
  this.emit("destroy", [this])
}

function readIdentity(bytes: Uint8Array): number {
  const identity = bytes.length === 4 ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) : 0
  if (identity >= firstOrdinaryIdentity) return identity
  throw coreError(
    "engine-identity-reserved",
    "a Yjs identity is 4 bytes with the highest bit set; use createIdentity"
  )
}
