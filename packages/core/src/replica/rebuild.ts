import type { ActorId } from "@syncline/clock"
import type { BaseEnvelope } from "../codec/facts-codec.ts"
import { decodeBase, decodeHead } from "../codec/facts-codec.ts"
import type { Commit } from "../commit/commit.ts"
import { type DocumentFacts, emptyFacts } from "../commit/document-facts.ts"
import { Version } from "../commit/version.ts"
import type { EngineDocument } from "../engine/engine.ts"
import type { StoredDocument } from "../store/store.ts"
import { commitsOf, type DocumentSetup, maxBaseBytes, restore } from "./document-loader.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { DocumentState, PendingCommit } from "./document-state.ts"
import { pastOf, sealStored } from "./past-hashes.ts"

/** A document put together anew, not in use yet. */
export interface Rebuilt {
  readonly document: EngineDocument
  readonly meta: DocumentMeta
  /** Facts without what is pending. */
  readonly durable: DocumentFacts
  /** Stored commits beyond the base that stay. */
  readonly restored: readonly Commit[]
  readonly pending: readonly PendingCommit[]
  /** What is out: the branches named, and all that builds on them. */
  readonly lost: readonly Commit[]
  readonly lostPending: readonly PendingCommit[]
}

/** The raw commits of a document beyond its stored base, with hashes. */
export function storedCommits(stored: StoredDocument | undefined): readonly Commit[] {
  return stored === undefined ? [] : sealStored(decodeHead(stored.head.body).base, commitsOf(stored))
}

/**
 * Builds a document on a base (its own, or one received), leaving out some actors' commits from a seq on and everything
 * that builds on them. O(document).
 */
export function rebuild(
  state: DocumentState,
  stored: StoredDocument | undefined,
  setup: DocumentSetup,
  lostFrom: ReadonlyMap<ActorId, number>,
  base: BaseEnvelope | undefined = ownBase(stored)
): Rebuilt {
  const beyond = ({ dot }: Commit) => base?.facts.base.has(dot) !== true
  const isLost = lossesFrom(lostFrom)
  const [restored, lost] = partition(storedCommits(stored).filter(beyond), isLost)
  const [pending, lostPending] = partition(
    state.pending.filter(({ commit }) => beyond(commit)),
    ({ commit }) => isLost(commit)
  )
  const meta = new DocumentMeta(state.id, base?.facts ?? emptyFacts(setup.engine.name))
  for (const actor of state.meta.forked) meta.markForked(actor)
  for (const commit of restored) meta.absorb(commit)
  const durable = meta.facts()
  meta.learnPast(pastOf(restored))
  for (const { commit } of pending) meta.absorb(commit)
  const document = setup.engine.open({
    shape: setup.shape,
    identity: setup.identity,
    ...(base === undefined ? {} : { snapshot: base.snapshot })
  })
  restore(document, [...restored, ...pending.map(({ commit }) => commit)])
  return { document, meta, durable, restored, pending, lost, lostPending }
}

/** Brings commits into an engine document. */
export function applyCommits(
  document: EngineDocument,
  commits: readonly Pick<Commit, "kind" | "genesis" | "update">[]
): ReturnType<EngineDocument["apply"]> {
  const genesis = commits.flatMap(commit => commit.genesis)
  if (genesis.length > 0) document.ensureGenesis(genesis)
  const updates = commits.map(commit => commit.update).filter(update => update.length > 0)
  const paths = updates.length === 0 ? [] : document.apply(updates)
  return commits.some(commit => commit.kind !== "change") ? [[]] : paths
}

/** What a document's own base covers. */
export function ownVersion(stored: StoredDocument | undefined): Version {
  return stored === undefined ? Version.empty : decodeHead(stored.head.body).base
}

/** A document's own base, decoded; absent where it has none. O(base). */
export function ownBase(stored: StoredDocument | undefined): BaseEnvelope | undefined {
  return stored?.base === undefined ? undefined : decodeBase(stored.base, maxBaseBytes)
}

/**
 * Says of each commit whether it goes, when some actors' commits do from a seq on: with them goes what builds on them, and a
 * deletion that claims to have seen them. To be asked in dependency order, once of each.
 */
export function lossesFrom(start: ReadonlyMap<ActorId, number>): (commit: Commit) => boolean {
  const lostFrom = new Map(start)
  const has = (actor: ActorId, seq: number) => seq >= (lostFrom.get(actor) ?? Number.POSITIVE_INFINITY)
  return ({ dot, dependencies, seen = [] }) => {
    const falls =
      has(dot.actor, dot.seq) ||
      dependencies.some(({ actor, seq }) => has(actor, seq)) ||
      [...seen].some(([actor, seq]) => has(actor, seq))
    // Also below where the chain was to end: it may build on what another chain loses.
    if (falls && !has(dot.actor, dot.seq)) lostFrom.set(dot.actor, dot.seq)
    return falls
  }
}

function partition<T>(
  items: readonly T[],
  isLost: (item: T) => boolean
): readonly [readonly T[], readonly T[]] {
  const kept: T[] = []
  const lost: T[] = []
  for (const item of items) (isLost(item) ? lost : kept).push(item)
  return [kept, lost]
}
