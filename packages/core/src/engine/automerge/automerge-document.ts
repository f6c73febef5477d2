import {
  type ChangeFn,
  type ChangeOptions,
  free,
  load,
  getBackend,
  type Patch,
  type PatchInfo
} from "@automerge/automerge/slim"
import type { JsonObject, Path } from "../../document/json.ts"
import type { ContainerRef, Operation } from "../../document/operation.ts"
import { absentKind, noFields, type PredefinedFields, predefinedFields } from "../../document/predefined.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { coreError } from "../../errors/core-error.ts"
import { type EditPlan, planEdits } from "../edit/edit-plan.ts"
import { fieldsInside } from "../edit/open-node.ts"
import type { EngineChange, EngineDocument, EngineDocumentOptions } from "../engine.ts"
import { genesisIdentity } from "../genesis-identity.ts"
import { NativeObservers } from "../native-observers.ts"
import { mustBeContainer, withAncestors } from "../predefined-path.ts"
import { rethrowLater } from "../report-later.ts"
import type { FootprintReader } from "../footprint.ts"
import type { Backend } from "./backend.ts"
import { readChangeHeader } from "./change-header.ts"
import { ChangedNodes } from "./changed-nodes.ts"
import { mapTarget } from "./edit-target.ts"
import { AutomergeFootprintReader } from "./footprint-reader.ts"
import { GenesisIndex, isReserved } from "./genesis-index.ts"
import { genesisChange } from "./genesis.ts"
import { MapNode, RootNode } from "./map-node.ts"
import { mentionsPrototype } from "./mentions-prototype.ts"
import { type AutomergeNative, NativeHandle } from "./native-handle.ts"
import { type Held, type NodeContext, ObjectNode } from "./object-node.ts"
import { followPatches, openNode } from "./object-tree.ts"
import { loadSnapshot, loadUpdates, openBackend, readIdentity } from "./open-backend.ts"
import { changesByActor } from "./snapshot-actors.ts"
import { type FollowWrite, WriteNotes } from "./write-notes.ts"

/** Told once a change is complete: patches, and the library's objects before and after. */
interface Told {
  readonly patches: Patch[]
  readonly info: PatchInfo<Record<string, unknown>>
}

/** One document in Automerge; made by {@link automerge}. */
export class AutomergeDocument implements EngineDocument {
  readonly #backend: Backend
  readonly #native: NativeHandle
  readonly #fields: PredefinedFields
  readonly #geneses = new GenesisIndex()
  readonly #root: RootNode
  readonly #changed = new ChangedNodes()
  readonly #notes = new WriteNotes()
  readonly #observers = new NativeObservers()
  #told: Told[] = []
  #contentBytes = 0
  /** Whether the nodes follow the document by now. */
  #isFollowing = false
  /** The library cannot show the key `__proto__`: then each member has to be asked for. */
  #isShown = true
  /** Why neither `change` nor `apply` may be called now. */
  #open: "writing" | "telling of a change" | "telling" | undefined

  constructor(options: EngineDocumentOptions) {
    this.#fields = predefinedFields(options.shape)
    const actors = options.snapshot === undefined ? undefined : changesByActor(options.snapshot)
    this.#backend = openBackend(options, (patches, info) => this.#told.push({ patches, info }))
    if (actors !== undefined) this.#geneses.admitAll(this.#backend.handle, actors, this.#fields)
    this.#contentBytes += options.snapshot?.length ?? 0
    if (options.snapshot !== undefined) this.#isShown = !mentionsPrototype(options.snapshot)
    this.#native = new NativeHandle({
      doc: () => this.#backend.doc,
      change: (callback, changeOptions) => this.#changeNatively(callback, changeOptions),
      reportError: options.reportError ?? rethrowLater
    })
    const backend = this.#backend
    const context: NodeContext = {
      get handle() {
        return backend.handle
      },
      note: follow => this.#notes.note(follow),
      open: (kind, parent, id) => openNode(context, kind, parent, id),
      counterAt: (identity, key) => this.#geneses.counterAt(identity, key),
      hasGenesisAt: (identity, key) => this.#geneses.hasAt(identity, key)
    }
    this.#root = new RootNode(context, undefined, "_root")
    this.#root.declare(this.#fields)
  }

  get native(): AutomergeNative {
    return this.#native
  }

  get memoryBytes(): number {
    return 2 * this.#contentBytes
  }

  value(): JsonObject {
    this.#beginFollowing()
    return this.#root.value(undefined, 0) as JsonObject
  }

  view(): JsonObject {
    this.#beginFollowing()
    return this.#root.view(undefined, 0) as JsonObject
  }

  readonly kindAt = (path: Path): ContainerKind | "register" | undefined => {
    this.#beginFollowing()
    let at: Held = this.#root
    let fields = this.#fields
    for (const [depth, step] of path.entries()) {
      if (!(at instanceof ObjectNode)) return undefined
      const field = typeof step === "string" ? fields.get(step) : undefined
      const held: Held | undefined = at.heldAt(step)
      if (held === undefined)
        return at instanceof MapNode && typeof step === "string"
          ? absentKind(fields, path.slice(depth), at.isPristine(step))
          : undefined
      if (typeof held === "number" && at instanceof MapNode && depth === path.length - 1)
        return at.counterAt(String(step)) === undefined ? "register" : "counter"
      fields = held instanceof MapNode ? fieldsInside(held.identity, field) : noFields
      at = held
    }
    return at instanceof ObjectNode ? at.kind : "register"
  }

  change(operations: readonly Operation[]): EngineChange | undefined {
    this.#mustBeIdle("change")
    this.#beginFollowing()
    const plan = planEdits(
      mapTarget(this.#root, () => this.#notes.toWrite(this.#backend.handle)),
      this.#fields,
      operations
    )
    if (plan === undefined) return undefined
    this.ensureGenesis(plan.genesis)
    const heads = this.#heads()
    const notes = this.#write(plan)
    // Automerge writes nothing where a key is set to what it holds.
    if (this.#heads() === heads) return undefined
    for (const follow of notes) follow(this.#changed)
    const change = this.#describe()
    this.#tell("telling of a change")
    return change
  }

  apply(updates: readonly Uint8Array[]): readonly Path[] {
    this.#mustBeIdle("apply")
    this.#beginFollowing()
    if (updates.length > 0) this.#integrate(updates)
    return this.#tellRemote()
  }

  restore(containers: readonly ContainerRef[], updates: readonly Uint8Array[]): void {
    const missing = this.#missingGeneses(containers)
    this.#backend.restore([...missing].map(ref => genesisChange(ref).bytes))
    for (const ref of missing) this.#geneses.add(ref)
    this.#admitUpdates(updates, "stored")
    loadUpdates(() => this.#backend.restore([...updates]))
    this.#mustBeComplete()
  }

  applySnapshot(snapshot: Uint8Array): readonly Path[] {
    this.#mustBeIdle("apply a snapshot")
    this.#beginFollowing()
    const actors = changesByActor(snapshot)
    // Not `loadIncremental`, which takes as much of damaged bytes as it can read.
    const other = loadSnapshot(() => load<Record<string, unknown>>(snapshot))
    try {
      this.#geneses.admitAll(getBackend(other), actors, this.#fields)
      this.#follow(loadSnapshot(() => this.#backend.merge(other)))
      this.#changed.rereadContested()
    } finally {
      free(other)
    }
    this.#contentBytes += snapshot.length
    return this.#tellRemote()
  }

  ensureGenesis(containers: readonly ContainerRef[]): void {
    const missing = this.#missingGeneses(containers)
    if (missing.length === 0) return
    this.#beginFollowing()
    for (const ref of missing) this.#addContested(ref)
    const patches = this.#backend.apply(missing.map(ref => genesisChange(ref).bytes))
    for (const ref of missing) this.#geneses.add(ref)
    // A genesis changes no value, as it was shown before, where it is not contested.
    const uncontested = new ChangedNodes()
    followPatches(this.#root, patches, uncontested)
    uncontested.rereadContested()
  }

  establish(containers: readonly ContainerRef[]): EngineChange | undefined {
    this.#mustBeIdle("establish containers")
    this.#beginFollowing()
    const refs = containers.flatMap(withAncestors)
    if (refs.every(ref => this.#geneses.has(genesisIdentity(ref)))) return undefined
    this.ensureGenesis(refs)
    this.#backend.writeEmpty()
    const change = this.#describe()
    this.#tell("telling of a change")
    return { ...change, containers: refs }
  }

  setIdentity(identity: Uint8Array): void {
    this.#backend.setActor(readIdentity(identity))
  }

  onNativeChange(listener: (change: EngineChange) => void): () => void {
    return this.#observers.onChange(listener)
  }

  onNativeDamage(listener: () => void): () => void {
    return this.#observers.onDamage(listener)
  }

  footprints(): FootprintReader {
    return new AutomergeFootprintReader(() => this.#backend.handle)
  }

  snapshot(): Uint8Array {
    return this.#backend.handle.saveNoCompress()
  }

  /** The heads: hashes over all changes. */
  stateKey(): Uint8Array {
    return new TextEncoder().encode(this.#backend.handle.getHeads().toSorted().join())
  }

  destroy(): void {
    this.#observers.clear()
    this.#native.clear()
    this.#backend.free()
  }

  #changeNatively(
    callback: ChangeFn<Record<string, unknown>>,
    options: ChangeOptions<Record<string, unknown>>
  ): void {
    if (this.#open !== "telling") this.#mustBeIdle("change natively")
    this.#beginFollowing()
    const before = this.#open
    this.#open = "writing"
    const heads = this.#heads()
    try {
      this.#follow(this.#backend.writeNative(callback, { ...options, time: 0 }))
    } finally {
      this.#open = before
    }
    if (this.#heads() === heads) return
    const change = this.#describeNative()
    this.#observers.tellChange(change)
    if (before === undefined) this.#tell("telling")
  }

  #describeNative(): EngineChange {
    try {
      return this.#describe()
    } catch (cause) {
      this.#changed.takePaths(this.#root)
      this.#observers.tellDamage()
      throw coreError("value-unsupported", "the native change is one that no other replica would take", {
        cause
      })
    }
  }

  /** Reads the whole document in one go, before anything changes that nodes would have to follow. */
  #beginFollowing(): void {
    if (this.#isFollowing) return
    this.#isFollowing = true
    if (this.#isShown) this.#root.adopt(this.#backend.show(), 0)
  }

  #missingGeneses(containers: readonly ContainerRef[]): readonly ContainerRef[] {
    const missing = new Map<number, ContainerRef>()
    for (const container of containers) {
      mustBeContainer(container)
      for (const ref of withAncestors(container)) {
        const identity = genesisIdentity(ref)
        if (!this.#geneses.has(identity)) missing.set(identity, ref)
      }
    }
    return [...missing.values()]
  }

  #integrate(updates: readonly Uint8Array[]): void {
    this.#admitUpdates(updates, "new")
    this.#follow(loadUpdates(() => this.#backend.apply([...updates])))
    this.#changed.rereadContested()
    this.#mustBeComplete()
  }

  #admitUpdates(updates: readonly Uint8Array[], source: "new" | "stored"): void {
    for (const update of updates) {
      if (isReserved(readChangeHeader(update, source).actor)) this.#admit(update)
      this.#contentBytes += update.length
      if (!this.#isFollowing && mentionsPrototype(update)) this.#isShown = false
    }
  }

  #mustBeComplete(): void {
    if (this.#backend.handle.getMissingDeps([]).length > 0)
      throw coreError("engine-update-invalid", "the updates build on content that is not here")
  }

  #admit(update: Uint8Array): void {
    try {
      this.#geneses.admit(update)
    } catch (cause) {
      throw coreError("engine-identity-reserved", "an update of a reserved actor is not a genesis", { cause })
    }
  }

  #heads(): string {
    return this.#backend.handle.getHeads().join()
  }

  #follow(patches: readonly Patch[]): void {
    followPatches(this.#root, patches, this.#changed)
  }

  /** What the last local change was. */
  #describe(): EngineChange {
    const update = this.#backend.handle.getLastLocalChange() ?? new Uint8Array()
    this.#contentBytes += update.length
    const { dependencies } = readChangeHeader(update, "new")
    const refs = new Map<number, ContainerRef>()
    const named = dependencies.flatMap(hash => this.#geneses.find(hash) ?? [])
    const touched = [...this.#changed.identities()].flatMap(identity => this.#geneses.get(identity) ?? [])
    for (const ref of [...named, ...touched].flatMap(withAncestors)) refs.set(genesisIdentity(ref), ref)
    return { update, paths: this.#changed.takePaths(this.#root), containers: [...refs.values()] }
  }

  /** Gives how nodes follow what was written, where they have not yet. */
  #write(plan: EditPlan): readonly FollowWrite[] {
    try {
      const patches = this.#backend.write(
        () => plan.flush(),
        () => this.#notes.isComplete
      )
      if (patches === undefined) return this.#notes.take()
      this.#follow(patches)
      return []
    } finally {
      this.#notes.take()
    }
  }

  /** Remembers that a genesis may displace something, or hide behind it. */
  #addContested({ path }: ContainerRef): void {
    let map: Held | undefined = this.#root
    for (const key of path.slice(0, -1)) map = map instanceof MapNode ? map.heldAt(key) : undefined
    const key = path.at(-1) ?? ""
    if (map instanceof MapNode && map.entries.has(key)) this.#changed.add(map, key)
  }

  #tellRemote(): readonly Path[] {
    // Before anybody writes in answer: that is told by itself.
    const paths = this.#changed.takePaths(this.#root)
    this.#tell("telling")
    return paths
  }

  #tell(state: "telling" | "telling of a change"): void {
    if (this.#told.length === 0) return
    this.#open = state
    try {
      for (let next = this.#told.shift(); next !== undefined; next = this.#told.shift())
        this.#native.tell(this.#backend.doc, next.patches, next.info)
    } finally {
      this.#open = undefined
    }
  }

  #mustBeIdle(what: string): void {
    if (this.#open === undefined) return
    throw coreError(
      "transaction-open",
      `cannot ${what} while a change of the native document is open or its listeners run; do it afterwards`
    )
  }
}
