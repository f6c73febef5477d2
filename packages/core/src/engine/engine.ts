import type { ContainerRef, KindReader, Operation } from "../document/operation.ts"
import type { JsonObject, Path } from "../document/json.ts"
import type { Shape } from "../document/shape.ts"
import type { RandomPort } from "../ports/ports.ts"
import type { CommitHistory, FootprintReader } from "./footprint.ts"

/** One local transaction, as the engine encoded it. */
export interface EngineChange {
  /** The engine's own encoding of exactly this transaction. Opaque to everybody else. */
  readonly update: Uint8Array
  /** Outermost paths whose value may differ now. */
  readonly paths: readonly Path[]
  /** Predefined containers this transaction builds on, ancestors included, in no particular order. */
  readonly containers: readonly ContainerRef[]
}

/** How a document is brought up. */
export interface EngineDocumentOptions {
  /** The containers this collection predefines; their genesis is loaded when something needs them, not before. */
  readonly shape: Shape
  /** The identity under which local changes are made; from `Engine.createIdentity`. */
  readonly identity: Uint8Array
  /** What `EngineDocument.snapshot` returned; absent for a new document. */
  readonly snapshot?: Uint8Array
  /**
   * Gets what the application's own observers on `native` throw while `change`, `apply` or `ensureGenesis` runs: the
   * change is made by then, so those do not throw it. Absent: thrown on its own in a microtask.
   */
  readonly reportError?: (error: unknown) => void
}

/**
 * A CRDT library behind one face. An engine has no I/O and holds no documents; it makes them.
 *
 * Guarantees every engine gives (checked by `engineContract` in `@syncline/core/testing`):
 * - Applying the same updates in any order that respects their dependencies, each any number of times, gives the same
 *   `value()`.
 * - `load(snapshot())` gives the same value, and updates applied after it the same result as without it.
 * - Genesis bytes depend on (path, kind) alone, on every machine and for ever.
 */
export interface Engine {
  /** Short stable name, stored with each document: `yjs`, `automerge`. */
  readonly name: string
  /**
   * Loads what everything else here needs, for libraries that cannot be ready at once (WebAssembly); may be called any
   * number of times. `openReplica` awaits it for each engine it is given, before it opens the store. Absent: ready.
   *
   * @throws SynclineError `engine-unavailable`
   */
  ready?(): Promise<void>
  /**
   * Loads what `footprints` of its documents needs, where that is code of its own; may be called any number of times, and is awaited
   * before documents are asked. Absent: ready.
   *
   * @throws SynclineError `code-unavailable`
   */
  readyFootprints?(): Promise<void>
  /** Draws a fresh identity, to be kept as long as the actor is. */
  createIdentity(random: RandomPort): Uint8Array
  /**
   * Makes a document, empty or from a snapshot.
   *
   * @throws SynclineError `engine-update-invalid` when the snapshot does not load, `engine-identity-reserved` when it
   *   defines something else under a genesis identity.
   */
  open(options: EngineDocumentOptions): EngineDocument
  /** The bytes which bring the container into being, given that its ancestors are there. Deterministic. */
  genesis(container: ContainerRef): Uint8Array
}

/** A live document inside an engine. Not shared between replicas. Synchronous throughout. */
export interface EngineDocument {
  /** What the application may use directly: the library's own document, as its editor bindings expect it. */
  readonly native: unknown
  /**
   * The current value; deeply immutable, and the same object for every part which has not changed since the last call.
   * Predefined containers are present (empty) even before their genesis. Cost: the changed part, at most.
   */
  value(): JsonObject
  /**
   * The same, for who looks at little of it: what changed since `value` was last called is read where it is looked at, so
   * that a small change of a wide map or a long list costs what it touches. To be used before the next change. Absent:
   * `value` is used.
   */
  view?(): JsonObject
  /** What is at a path, as containers go; predefined containers count as present. */
  readonly kindAt: KindReader
  /**
   * Executes the operations in one transaction, all or nothing.
   *
   * @returns what to commit, or `undefined` when nothing changed.
   * @throws SynclineError `path-invalid`, `value-unsupported`, `transaction-open` (from inside a native transaction or
   *   observer); the document is then as before.
   */
  change(operations: readonly Operation[]): EngineChange | undefined
  /**
   * Integrates updates of other replicas (or this one's own, on loading), whose dependencies are all here. What native
   * observers write in response is told to `onNativeChange` listeners before this returns: it builds on the updates.
   *
   * @returns the outermost paths whose value may differ now.
   * @throws SynclineError `engine-update-invalid` (bad bytes, or content missing that they build on),
   *   `engine-identity-reserved`, `transaction-open`. Except after the last, the document may then be damaged: discard
   *   it and load it again.
   */
  apply(updates: readonly Uint8Array[]): readonly Path[]
  /**
   * Brings up what was stored beyond the snapshot, as `ensureGenesis` and `apply` would, on a document that nobody has
   * looked at yet: nothing has to be told of it. Absent: those two are used.
   *
   * @throws SynclineError as `apply` does.
   */
  restore?(containers: readonly ContainerRef[], updates: readonly Uint8Array[]): void
  /**
   * Integrates another replica's `snapshot()` of the same document, beside what is here.
   *
   * @returns the outermost paths whose value may differ now.
   * @throws SynclineError as `apply` does, with the same consequence; `commit-forked` where the library finds another
   *   change in it under an identity and number of one that is here. Not all do: `stateKey` then shows it.
   */
  applySnapshot(snapshot: Uint8Array): readonly Path[]
  /** Loads the genesis of these containers, ancestors included, where it is not there yet. */
  ensureGenesis(containers: readonly ContainerRef[]): void
  /**
   * Brings predefined containers into being as a change of its own, so that an editor can be bound to them in `native`.
   * Has to be committed like any change: a genesis that no commit names could win over the one of another shape that a
   * commit does name, here and nowhere else.
   *
   * @returns `undefined` when all are there.
   */
  establish(containers: readonly ContainerRef[]): EngineChange | undefined
  /** Changes under which identity local changes are made from now on. */
  setIdentity(identity: Uint8Array): void
  /**
   * Calls back after each transaction made through `native` (never for `change` or `apply`), when no observer is
   * writing any more: one call for the transaction and everything its observers added.
   */
  onNativeChange(listener: (change: EngineChange) => void): () => void
  /**
   * Calls back when something came in through `native` that no other replica would take and that cannot be taken out:
   * it is in no change, and the document has to be loaded again.
   */
  onNativeDamage(listener: () => void): () => void
  /**
   * Tells what updates touched, for finding conflicts. The reader lives as long as the document. Absent: no conflicts are
   * found in documents of this engine.
   *
   * @throws SynclineError `engine-unavailable` before `Engine.readyFootprints`, where the engine has that
   */
  footprints?(history: CommitHistory): FootprintReader
  /** The whole state, compact, deletions included; deterministic for a given state is not promised. */
  snapshot(): Uint8Array
  /**
   * Bytes that are equal where two documents hold the same changes, whichever way those came in, and differ where they
   * do not: so forks are found where there are no commits any more. Cost: that of loading it, at most.
   */
  stateKey(): Uint8Array
  /** Rough resident size in bytes, for the memory budget. Cheap. */
  readonly memoryBytes: number
  /** Frees what is held; the document is not used afterwards. */
  destroy(): void
}
