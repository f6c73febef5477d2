import type { ActorId } from "@syncline/clock"
import { toHex } from "../codec/hex.ts"
import type { PackedCommit } from "../codec/packed-commit.ts"
import type { Commit } from "../commit/commit.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import type { StoredDocument } from "../store/store.ts"
import { findBranchSwap, firstSeqs, lowerOf } from "./branch-swap.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import type { DocumentState } from "./document-state.ts"
import { storeRebuilt } from "./install-rebuilt.ts"
import { type Fork, type LinkedCommits, linkCommits } from "./link-commits.ts"
import { mend } from "./mend.ts"
import { pastOf } from "./past-hashes.ts"
import { keptAlready, quarantineWrites } from "./quarantine.ts"
import { applyCommits, ownBase, ownVersion, rebuild, type Rebuilt, storedCommits } from "./rebuild.ts"
import type { ReplicaCore } from "./replica-core.ts"

/**
 * Two writers used one name. Every replica keeps the branch with the lower hash where they part and puts the other one
 * aside, with all that builds on it; so whatever the order in which replicas meet, they end with the same commits.
 *
 * @returns what was taken in the place of ours.
 * @throws SynclineError what reading the store throws, or the engine of what replaces a branch; nothing has changed then.
 */
export async function settleForks(
  core: ReplicaCore,
  state: DocumentState,
  packed: readonly PackedCommit[],
  origin: object
): Promise<readonly Commit[]> {
  const aside = linkCommits(state.meta, packed).aside
  const kept = await keptAlready(core.session, quarantineWrites(aside))
  const settle = (stored: StoredDocument | undefined): readonly Commit[] => {
    if (!state.meta.hasPast) learnPast(state, stored)
    const linked = linkCommits(state.meta, packed)
    const isAnyBetter = lowerOf(linked.forks).length > 0
    const swap = isAnyBetter ? findSwap(core, state, stored, packed, linked.forks) : undefined
    if (swap === undefined) keepOurs(core, state, linked, kept)
    else takeTheirs(core, state, stored, swap, linked, kept, origin)
    return swap?.accepted ?? []
  }
  return core.rewriting(state, note => mend(core, state, note(settle)))
}

/** Lets a document check what is older than the ends of its chains. */
export function learnPast(state: DocumentState, stored: StoredDocument | undefined): void {
  state.meta.learnPast(pastOf([...storedCommits(stored), ...state.pending.map(({ commit }) => commit)]))
}

interface Swap {
  readonly rebuilt: Rebuilt
  readonly accepted: readonly Commit[]
}

/** The document with their branches in the place of ours, where those are to be taken. */
function findSwap(
  core: ReplicaCore,
  state: DocumentState,
  stored: StoredDocument | undefined,
  packed: readonly PackedCommit[],
  forks: readonly Fork[]
): Swap | undefined {
  const base = ownBase(stored)
  const commits = [...storedCommits(stored), ...state.pending.map(({ commit }) => commit)]
  const log = { id: state.id, base: base?.facts ?? emptyFacts(state.engine.name), commits }
  const swap = findBranchSwap(log, packed, forks)
  if (swap === undefined) return undefined
  const { accepted } = swap
  const rebuilt = rebuild(state, stored, core.setupOf(state.id), firstSeqs(swap.forks), base)
  try {
    for (const { actor } of swap.forks) rebuilt.meta.markForked(actor)
    applyCommits(rebuilt.document, accepted)
    for (const commit of accepted) rebuilt.meta.absorb(commit)
    return { rebuilt, accepted }
  } catch (error) {
    rebuilt.document.destroy()
    throw error
  }
}

function takeTheirs(
  core: ReplicaCore,
  state: DocumentState,
  stored: StoredDocument | undefined,
  { rebuilt, accepted }: Swap,
  linked: LinkedCommits,
  kept: ReadonlySet<string>,
  origin: object
): void {
  // By hash: a third branch may have come with the one that is taken.
  const isTaken = new Set(accepted.map(({ hash }) => toHex(hash)))
  const aside = linked.aside.filter(({ hash }) => !isTaken.has(toHex(hash)))
  const durable = { ...rebuilt.durable, forked: rebuilt.meta.forked }
  const lost = [...rebuilt.lost, ...rebuilt.lostPending.map(({ commit }) => commit)]
  // A subscriber that writes as soon as it hears of this does so under a name of ours alone, after what it builds on.
  rotateIfForked(core, linked, [...lost, ...accepted], () => {
    storeRebuilt(core, state, { ...rebuilt, durable }, { base: ownVersion(stored), aside, kept, origin })
    const receipt = new CommitReceipt()
    for (const [i, commit] of accepted.entries())
      state.pending.push({ commit, origin, receipt: i === accepted.length - 1 ? receipt : undefined })
    core.replaceDocument(state, rebuilt.document, rebuilt.meta)
  })
  report(core, state, linked, lost)
}

/** Remembers where theirs left ours, so that they are told of it, and keeps theirs aside. */
function keepOurs(
  core: ReplicaCore,
  state: DocumentState,
  linked: LinkedCommits,
  kept: ReadonlySet<string>
): void {
  rotateIfForked(core, linked, [], () => {})
  const values = quarantineWrites(linked.aside).filter(({ key }) => !kept.has(key))
  const durable = state.durable.clone()
  const isNews = [...forkedActors(linked, [])].filter(actor => state.meta.markForked(actor)).length > 0
  if (!isNews && values.length === 0) return
  for (const actor of state.meta.forked) durable.markForked(actor)
  state.pendingBase = {
    facts: durable.facts(),
    base: durable.base,
    basePosition: durable.basePosition,
    dropThrough: 0,
    dropped: { commits: 0, bytes: 0 },
    restored: [],
    replaces: false,
    values,
    origin: undefined,
    receipt: new CommitReceipt()
  }
  report(core, state, linked, [])
}

function report(
  core: ReplicaCore,
  state: DocumentState,
  linked: LinkedCommits,
  lost: readonly Commit[]
): void {
  const actors = forkedActors(linked, lost)
  const message = `two writers used one name (${[...actors].join(", ")}); the branch with the lower hash stays, the other is kept aside`
  core.events.emit({ type: "quarantined", document: state.id, message })
}

/** Whoever finds its own name in a fork, or in what comes or goes with it, goes on under another. */
function rotateIfForked(
  core: ReplicaCore,
  linked: LinkedCommits,
  moved: readonly Commit[],
  work: () => void
): void {
  if (!forkedActors(linked, moved).has(core.identity.actor)) return work()
  core.rotateIdentity("another writer uses this replica's name, or a branch this one built on is out", work)
}

function forkedActors({ forks, suspects }: LinkedCommits, lost: readonly Commit[]): ReadonlySet<ActorId> {
  return new Set([...forks.map(({ actor }) => actor), ...suspects, ...lost.map(({ dot }) => dot.actor)])
}
