import { type ActorId, isSynclineError } from "@syncline/clock"
import type { NoteRewrite } from "../audit/audit-host.ts"
import { type BaseEnvelope, decodeBase, encodeBase, receivedFactLimits } from "../codec/facts-codec.ts"
import { equalBytes } from "../codec/hex.ts"
import type { Commit } from "../commit/commit.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import type { Path } from "../document/json.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import type { SnapshotTransfer } from "../sync/sync-host.ts"
import { checkSnapshot } from "./check-snapshot.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import { maxBaseBytes } from "./document-loader.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { DocumentState } from "./document-state.ts"
import { installRebuilt, type RebuiltStorage, storeRebuilt } from "./install-rebuilt.ts"
import { mend } from "./mend.ts"
import { amountsTo, holdsBase, mergedSnapshot } from "./merged-snapshot.ts"
import { otherEngine } from "./other-engine.ts"
import { ownBase, ownVersion, rebuild, type Rebuilt, storedCommits } from "./rebuild.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { learnPast } from "./settle-forks.ts"
import { isSameState } from "./verified-snapshot.ts"

/** Largest inflated snapshot taken from a peer: a document nobody can hold is no use here. */
const maxSnapshotBytes = 256 * 1024 * 1024

/**
 * Takes in a peer's snapshot of a document, which becomes the stored base.
 *
 * Where there is nothing here yet, it is loaded. Else it is merged into the live document, so that editors keep theirs,
 * and beside that loaded on its own with our later commits on top. If the states differ, a fork lies below the snapshot,
 * where no hash can show it: a snapshot cannot be undone, so it stays as it is and our side of the fork is put aside. Where
 * that is folded, there are no commits of it to be put aside any more, and the snapshot is refused.
 *
 * @throws SynclineError `commit-invalid`, `commit-forked` where both sides have folded a fork into their bases, what
 *   decoding, the store or the engine throws. After an error of the engine the document is damaged: reload it.
 */
export async function mergeSnapshot(
  core: ReplicaCore,
  state: DocumentState,
  transfer: SnapshotTransfer,
  origin: object
): Promise<void> {
  await core.rewriting(state, note => merge(core, state, transfer, origin, note))
}

async function merge(
  core: ReplicaCore,
  state: DocumentState,
  { bytes }: SnapshotTransfer,
  origin: object,
  note: NoteRewrite
): Promise<void> {
  const base = decodeBase(bytes, maxSnapshotBytes, receivedFactLimits)
  if (base.document !== state.id)
    throw coreError("commit-invalid", `a snapshot of "${base.document}" came for "${state.id}"`)
  if (base.facts.engine !== state.engine.name)
    throw otherEngine(state.id, base.facts.engine, state.engine.name)
  if (base.facts.chains.size === 0 || base.facts.base.compare(state.meta.version) === "equal") return
  checkSnapshot(state.meta, base.facts)
  if (base.facts.base.get(core.identity.actor) > state.meta.seqOf(core.identity.actor))
    core.rotateIdentity(`a peer holds commits of "${state.id}" under this replica's name which are not here`)
  if (state.meta.chains.size === 0)
    note(() => core.integrate(state, () => takeFirst(core, state, base, bytes.slice(), origin)))(undefined)
  else
    await mend(
      core,
      state,
      note(stored =>
        core.integrate(state, () => new SnapshotMerge(core, state, stored, base, bytes.slice(), origin).run())
      )
    )
}

/** Into a document without content. */
function takeFirst(
  core: ReplicaCore,
  state: DocumentState,
  base: BaseEnvelope,
  bytes: Uint8Array,
  origin: object
): void {
  const paths = state.document.applySnapshot(base.snapshot)
  state.meta.join(base.facts)
  // All of it is in the base: there is nothing between that and the ends.
  state.meta.learnPast(new Map())
  state.rewrites++
  state.pendingBase = {
    bytes,
    facts: base.facts,
    base: base.facts.base,
    dropThrough: state.position,
    dropped: { commits: 0, bytes: 0 },
    restored: [],
    replaces: false,
    values: [],
    origin,
    receipt: new CommitReceipt()
  }
  core.writer.enqueue(state)
  core.notify(state, { paths, origin: "remote" })
}

/** Into a document with content: what is stored has been read, and nothing else happens until `run` returns. */
class SnapshotMerge {
  readonly #core: ReplicaCore
  readonly #state: DocumentState
  readonly #stored: StoredDocument | undefined
  readonly #base: BaseEnvelope
  readonly #bytes: Uint8Array
  readonly #origin: object

  constructor(
    core: ReplicaCore,
    state: DocumentState,
    stored: StoredDocument | undefined,
    base: BaseEnvelope,
    bytes: Uint8Array,
    origin: object
  ) {
    this.#core = core
    this.#state = state
    this.#stored = stored
    this.#base = base
    this.#bytes = bytes
    this.#origin = origin
  }

  run(): void {
    if (!this.#state.meta.hasPast) learnPast(this.#state, this.#stored)
    const forked = this.#contradictions()
    const theirs = this.#base.facts.base.vector
    if (forked.size === 0 && this.#state.meta.version.vector.dominates(theirs)) return
    const own = ownVersion(this.#stored)
    const isAbove = [...forked].every(([actor, seq]) => seq > own.get(actor))
    if (theirs.dominates(own.vector) && isAbove) this.#replaceBase(forked)
    else if (forked.size === 0 && this.#stored !== undefined) this.#mergeBases(this.#stored)
    else if (isAbove && this.#stored !== undefined) this.#withOurBase(this.#stored).run()
    else
      throw coreError(
        "commit-forked",
        `"${this.#state.id}" was forked under ${[...forked.keys()].join(", ")} before either side folded its log; adopt one side by hand`
      )
  }

  /** Actors of whom the snapshot holds another commit than is here, with the first seq of ours that must go. */
  #contradictions(): ReadonlyMap<ActorId, number> {
    const { meta } = this.#state
    const forked = new Map<ActorId, number>()
    for (const { actor, seq, hash } of this.#base.facts.base.entries) {
      const ours = meta.hashAt(actor, seq)
      if (ours === undefined || equalBytes(ours, hash)) continue
      // Where the two parted is below the snapshot: nothing of ours above our own base can be trusted to be in it.
      forked.set(actor, Math.min(seq, meta.base.get(actor) + 1))
    }
    return forked
  }

  /** Our base is within theirs: theirs takes its place, and our commits beyond it stay. */
  #replaceBase(forked: ReadonlyMap<ActorId, number>): void {
    const core = this.#core
    const state = this.#state
    const rebuilt = withForks(
      rebuild(state, this.#stored, core.setupOf(state.id), forked, this.#base),
      forked.keys()
    )
    try {
      const merged = forked.size === 0 ? this.#mergeLive(rebuilt) : undefined
      if (merged === undefined) {
        this.#mustHoldOurBase()
        return this.#install(rebuilt, this.#coveredOurs(rebuilt))
      }
      if (merged.hasReacted) return this.#install(rebuilt, [])
      storeRebuilt(core, state, rebuilt, this.#storage([]))
      state.meta = rebuilt.meta
      rebuilt.document.destroy()
      core.notify(state, { paths: merged.paths, origin: "remote" })
    } catch (error) {
      rebuilt.document.destroy()
      throw error
    }
  }

  /**
   * Merges into the live document; nothing if its state is not the one which the snapshot and our later commits amount to.
   * An equal value may still be a fork: of two who typed the same, or where one deleted what the other has in its place.
   */
  #mergeLive({ document: rebuilt }: Rebuilt) {
    const { document, reactions } = this.#state
    const paths = this.#appliedLive()
    if (paths === undefined) return undefined
    // What an observer has written in answer is here and not there, and says nothing about forks.
    const hasReacted = reactions?.length !== 0
    // Where the live state is another, that may be of this document alone: an undo manager keeps what was deleted.
    const isSame = !hasReacted && isSameState(document, rebuilt)
    return isSame || this.#amountsTo(rebuilt) ? { paths, hasReacted } : undefined
  }

  /** The paths that changed; `undefined` where the engine finds a fork. The live document goes then, whatever it took. */
  #appliedLive(): readonly Path[] | undefined {
    try {
      return this.#state.document.applySnapshot(this.#base.snapshot)
    } catch (error) {
      if (isSynclineError(error, "commit-forked")) return undefined
      throw error
    }
  }

  #amountsTo(rebuilt: EngineDocument): boolean {
    const { id, pending } = this.#state
    const later = pending.map(({ commit }) => commit)
    return amountsTo(rebuilt, this.#stored, later, this.#base.snapshot, this.#core.setupOf(id))
  }

  /** What we have folded is no commits any more that could be kept aside: where it is not in the snapshot, it stays. */
  #mustHoldOurBase(): void {
    const { id } = this.#state
    if (this.#stored === undefined) return
    if (holdsBase(this.#stored, this.#base.snapshot, this.#core.setupOf(id))) return
    throw coreError(
      "commit-forked",
      `"${id}" was forked before both sides folded their logs: the snapshot lacks what is folded here; adopt one side by hand`
    )
  }

  /** The snapshot with what only our base has, which no branch of ours is in: so it can take the place of that. */
  #withOurBase(stored: StoredDocument): SnapshotMerge {
    const core = this.#core
    const state = this.#state
    const setup = core.setupOf(state.id)
    const snapshot = mergedSnapshot({ ...stored, records: [] }, this.#base.snapshot, setup)
    const meta = new DocumentMeta(state.id, ownBase(stored)?.facts ?? emptyFacts(state.engine.name))
    meta.join(this.#base.facts)
    const bytes = encodeBase({ document: state.id, facts: meta.facts(), snapshot })
    return new SnapshotMerge(core, state, stored, decodeBase(bytes, maxBaseBytes), bytes, this.#origin)
  }

  /** Ours that the snapshot claims to have under the same dots, and may not have. */
  #coveredOurs({ lost }: Rebuilt): readonly Commit[] {
    const ours = [...storedCommits(this.#stored), ...this.#state.pending.map(({ commit }) => commit)]
    const isLost = new Set(lost.map(({ dot }) => `${dot.actor}${dot.seq}`))
    return ours.filter(({ dot }) => this.#base.facts.base.has(dot) && !isLost.has(`${dot.actor}${dot.seq}`))
  }

  #install(rebuilt: Rebuilt, covered: readonly Commit[]): void {
    const core = this.#core
    const state = this.#state
    const own = core.identity.actor
    const out = [...covered, ...rebuilt.lost, ...rebuilt.lostPending.map(({ commit }) => commit)]
    const install = () => installRebuilt(core, state, rebuilt, this.#storage(covered))
    // A subscriber that writes as soon as it hears of this does so under a name of ours alone.
    if (out.some(({ dot }) => dot.actor === own))
      core.rotateIdentity(
        "another writer uses this replica's name, or a branch this one built on is out",
        install
      )
    else install()
    if (out.length === 0) return
    const message = "a peer's snapshot holds other commits under names used here; ours are kept aside"
    core.events.emit({ type: "quarantined", document: state.id, message })
  }

  #storage(aside: readonly Commit[]): RebuiltStorage {
    return {
      bytes: this.#bytes,
      base: this.#base.facts.base,
      aside,
      kept: new Set<string>(),
      origin: this.#origin
    }
  }

  /** Our base holds what the snapshot lacks and its commits are gone: only both merged have it all. */
  #mergeBases(stored: StoredDocument): void {
    const core = this.#core
    const state = this.#state
    // Without what is pending: a base says what is durable.
    const snapshot = mergedSnapshot(stored, this.#base.snapshot, core.setupOf(state.id))
    const paths = state.document.applySnapshot(this.#base.snapshot)
    const durable = state.durable.clone()
    durable.join(this.#base.facts)
    const facts = durable.facts()
    const bytes = encodeBase({ document: state.id, facts, snapshot })
    state.meta.join(this.#base.facts)
    learnPast(state, stored)
    state.rewrites++
    state.pendingBase = {
      bytes,
      facts,
      base: durable.version,
      dropThrough: state.position,
      dropped: { commits: durable.tailCommits, bytes: durable.tailBytes },
      restored: [],
      replaces: false,
      values: [],
      origin: this.#origin,
      receipt: new CommitReceipt()
    }
    core.notify(state, { paths, origin: "remote" })
  }
}

/** Peers on the branch that went out have to be told, and sinks that the document may have fewer commits than before. */
function withForks(rebuilt: Rebuilt, actors: Iterable<ActorId>): Rebuilt {
  for (const actor of actors) rebuilt.meta.markForked(actor)
  return { ...rebuilt, durable: { ...rebuilt.durable, forked: rebuilt.meta.forked } }
}
