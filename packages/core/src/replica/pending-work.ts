import { coreError } from "../errors/core-error.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import type { DocumentState } from "./document-state.ts"
import { markDamaged, reload } from "./mend.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { givenWithCommits } from "./value-order.ts"

/** Fulfilled when what is pending now is durable, or its document blocked. What comes meanwhile is not waited for. */
export async function pendingSettled(core: ReplicaCore): Promise<void> {
  const receipts = [...core.cache.live()].flatMap(({ inFlight, pending, pendingBase }) => {
    const last = pending.findLast(({ receipt }) => receipt !== undefined)?.receipt
    return [inFlight, last, pendingBase?.receipt].filter(receipt => receipt !== undefined)
  })
  await Promise.allSettled(receipts.map(({ durable }) => durable))
}

/** Tries the append of a blocked document again; fulfilled once everything that was pending is durable. Whoever asks meanwhile waits for the same. */
export async function retryPending(core: ReplicaCore, state: DocumentState): Promise<void> {
  if (state.retrying === undefined && state.blocked === undefined) return
  state.retrying ??= tryAgain(core, state).finally(() => (state.retrying = undefined))
  return state.retrying
}

async function tryAgain(core: ReplicaCore, state: DocumentState): Promise<void> {
  // What is loaded again is what is stored: a base that waits has to be there first.
  if (state.damaged && state.pendingBase === undefined) await reload(core, state)
  core.unblock(state)
  // Those who waited for the first try were told of its failure.
  const last = new CommitReceipt()
  const count = state.pending.length
  state.pending = state.pending.map((pending, i) => ({
    ...pending,
    receipt: i === count - 1 ? last : undefined
  }))
  if (state.pendingBase !== undefined)
    state.pendingBase = { ...state.pendingBase, receipt: new CommitReceipt() }
  const base = state.pendingBase?.receipt.durable
  if (state.dirty) core.writer.enqueue(state)
  try {
    if (count > 0) await last.durable
    await base
    if (state.damaged) await reload(core, state)
  } finally {
    // What fails without blocking the document again is over for it, too.
    core.blocked.over(state)
  }
}

/**
 * Gives up what a blocked document could not write and loads it as stored, under a new identity: the engine's clock has
 * moved on under the old one.
 */
export async function discardPending(core: ReplicaCore, state: DocumentState): Promise<void> {
  // What a retry takes to the store cannot be called back: if it arrives, there is nothing to give up any more.
  await state.retrying?.catch(() => {})
  if (state.blocked === undefined) return
  const gone = coreError("aborted", `pending changes of "${state.id}" were discarded`)
  const commits = state.pending.splice(0)
  core.writer.order.giveUp([...givenWithCommits(commits), ...(state.pendingBase?.given ?? [])])
  for (const { receipt } of commits) receipt?.fail(gone)
  state.pendingBase?.receipt.fail(gone)
  state.pendingBase = undefined
  // Before anybody hears of the new name: what is written from here on would build on what was discarded.
  markDamaged(state)
  core.rotateIdentity(`pending changes of "${state.id}" were discarded`)
  await reload(core, state)
  core.unblock(state)
  core.blocked.over(state)
  core.settler?.discarded(state.id)
}
