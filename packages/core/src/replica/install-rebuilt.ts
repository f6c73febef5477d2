import type { Commit } from "../commit/commit.ts"
import type { Version } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import type { DocumentState, PendingBase, PendingCommit } from "./document-state.ts"
import { quarantineWrites } from "./quarantine.ts"
import type { Rebuilt } from "./rebuild.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { givenWithCommits } from "./value-order.ts"

/** How a rebuilt document is stored. */
export interface RebuiltStorage {
  /** The new base; absent where the stored one stays. */
  readonly bytes?: Uint8Array
  /** What the base covers. */
  readonly base: Version
  /** Beside what the document lost: commits to be kept aside. */
  readonly aside: readonly Commit[]
  /** Values of the quarantine which are there already. */
  readonly kept: ReadonlySet<string>
  readonly origin: object
  /** What those are told whose commits are not durable yet and go. Default: that they lost to a fork. */
  readonly lostError?: (commit: Commit) => Error
}

/** Puts a rebuilt document in the place of the live one; editors bound to `native` are told to bind again. */
export function installRebuilt(
  core: ReplicaCore,
  state: DocumentState,
  rebuilt: Rebuilt,
  storage: RebuiltStorage
): void {
  storeRebuilt(core, state, rebuilt, storage)
  core.replaceDocument(state, rebuilt.document, rebuilt.meta)
}

/** Queues a rebuilt document for the store: its base, and the commits beyond it in one new record. */
export function storeRebuilt(
  core: ReplicaCore,
  state: DocumentState,
  rebuilt: Rebuilt,
  { bytes, base, aside, kept, origin, lostError = forked }: RebuiltStorage
): void {
  const receipt = new CommitReceipt()
  const lost = [...rebuilt.lost, ...rebuilt.lostPending.map(({ commit }) => commit)]
  const { tailCommits, tailBytes, basePosition } = state.durable
  const gone = state.pending.filter(pending => !rebuilt.pending.includes(pending))
  const isLost = (pending: PendingCommit): boolean => rebuilt.lostPending.includes(pending)
  core.writer.order.giveUp(givenWithCommits(gone.filter(isLost)))
  const pendingBase: PendingBase = {
    ...(bytes === undefined ? { basePosition } : { bytes }),
    facts: rebuilt.durable,
    base,
    dropThrough: state.position,
    dropped: { commits: tailCommits, bytes: tailBytes },
    restored: rebuilt.restored,
    replaces: true,
    values: quarantineWrites([...lost, ...aside]).filter(({ key }) => !kept.has(key)),
    given: givenWithCommits(gone.filter(pending => !isLost(pending))),
    out: [...rebuilt.lost, ...aside],
    origin,
    receipt
  }
  state.pending = [...rebuilt.pending]
  for (const pending of gone) {
    if (isLost(pending) && pending.origin === undefined) pending.receipt?.fail(lostError(pending.commit))
    // What the base covers, and what others sent and lost here, is dealt with once this is written.
    else
      receipt.durable.then(
        position => pending.receipt?.settle(position),
        error => pending.receipt?.fail(error)
      )
  }
  state.rewrites++
  state.pendingBase = pendingBase
  // Held back until the mending is over, which enqueues it.
  core.writer.enqueue(state)
}

function forked({ document, dot }: Commit): Error {
  return coreError(
    "commit-forked",
    `commit ${dot.actor}:${dot.seq} of "${document}" builds on a branch that another writer under the same name won; it is kept aside`,
    { details: { document, actor: dot.actor, seq: dot.seq } }
  )
}
