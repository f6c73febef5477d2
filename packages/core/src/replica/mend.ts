import { SynclineError } from "@syncline/clock"
import type { CoreErrorCode } from "../errors/core-error.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import { openEngineDocument } from "./document-loader.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/**
 * Reads what is stored of a document at a moment when nothing of it is on its way, so that this and `state.pending` is
 * all there is of it. `work` is synchronous: nobody comes between what it reads and what it replaces. Appends of the
 * document wait meanwhile; changes of it may go on.
 *
 * @throws SynclineError what the store throws, or why the document is blocked with a base that cannot be written.
 */
export async function mend<T>(
  core: ReplicaCore,
  state: DocumentState,
  work: (stored: StoredDocument | undefined) => T
): Promise<T> {
  while (state.mending !== undefined || (state.pendingBase !== undefined && state.blocked === undefined))
    await (state.mending ?? state.pendingBase?.receipt.durable.catch(() => {}))
  const mending = readAndWork(core, state, work).finally(() => {
    state.mending = undefined
    if (state.dirty) core.writer.enqueue(state)
  })
  const settled = Promise.allSettled([mending]).then(() => undefined)
  state.mending = settled
  core.writer.hold(state, settled)
  return mending
}

/** Keeps everybody off a document whose engine choked, until it is reloaded. */
export function markDamaged(state: DocumentState): void {
  state.damaged = true
  state.stopNative()
}

/** Loads the engine's part anew from the store and puts what is pending on top. Until then nobody can change it. */
export async function reload(core: ReplicaCore, state: DocumentState): Promise<void> {
  markDamaged(state)
  try {
    await mend(core, state, stored => {
      const setup = core.setupOf(state.id)
      const document = stored === undefined ? setup.engine.open(setup) : openEngineDocument(stored, setup)
      const meta = state.durable.clone()
      for (const { commit } of state.pending) {
        document.ensureGenesis(commit.genesis)
        if (commit.update.length > 0) document.apply([commit.update])
        meta.absorb(commit)
      }
      core.replaceDocument(state, document, meta)
    })
  } catch (cause) {
    throw core.blocked.add(state, asSynclineError(state, cause))
  }
}

function asSynclineError(state: DocumentState, cause: unknown): SynclineError<CoreErrorCode> {
  if (cause instanceof SynclineError) return cause as SynclineError<CoreErrorCode>
  return coreError("document-unreadable", `document "${state.id}" could not be loaded again`, { cause })
}

async function readAndWork<T>(
  core: ReplicaCore,
  state: DocumentState,
  work: (stored: StoredDocument | undefined) => T
): Promise<T> {
  // Not before the caller has marked the document: an append that begins now would be missed.
  await state.inFlight?.durable.catch(() => {})
  const stored = await core.session.loadDocument(state.id)
  if (state.pendingBase !== undefined)
    throw state.blocked ?? coreError("document-blocked", `"${state.id}" is busy`)
  return work(stored)
}
