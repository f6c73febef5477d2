import { diffJson } from "@syncline/diff/json/diff"
import type { ActorId } from "@syncline/clock"
import type { Commit } from "../commit/commit.ts"
import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import type { GivenUp } from "../sync/given-up.ts"
import type { DocumentState } from "./document-state.ts"
import { storeRebuilt } from "./install-rebuilt.ts"
import { mend } from "./mend.ts"
import { ownBase, ownVersion, rebuild, type Rebuilt } from "./rebuild.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { startsWith } from "./seal-received.ts"
import { learnPast } from "./settle-forks.ts"

/**
 * Takes out of a document what somebody does not have who holds it at `theirs`, as a fork takes out the branch that loses: put together
 * anew without it, its commits kept in quarantine. A name of ours that is among theirs is never written under again.
 *
 * @returns nothing where everything is there, or something is there that is not here.
 * @throws SynclineError `version-before-base`, or what the document is blocked with, or reading the store throws: nothing has changed then.
 *   `document-blocked` where it cannot be written: it is given up as soon as it can be written (`retry()` of the document tries at once), `discard()` before that keeps it; `details.givenUp` is what would be returned.
 */
export async function withdraw(
  core: ReplicaCore,
  id: DocumentId,
  theirs: Version
): Promise<GivenUp | undefined> {
  const state = await core.load(id)
  if (state.blocked !== undefined) throw state.blocked
  const work = (stored: StoredDocument | undefined) => {
    const rebuilt = without(core, state, stored, theirs)
    if (rebuilt === undefined) return undefined
    const lost = [...rebuilt.lost, ...rebuilt.lostPending.map(({ commit }) => commit)]
    // Before anything changes: values there are of which no patch can be made.
    const givenUp = { ...describe(state, rebuilt), commits: lost.length }
    replace(core, state, stored, rebuilt, new Set(lost.map(({ dot }) => dot.actor)))
    return { givenUp, durable: state.pendingBase?.receipt.durable }
  }
  const withdrawn = await core.rewriting(state, note => mend(core, state, note(work)))
  try {
    await withdrawn?.durable
  } catch (cause) {
    throw unwritten(id, withdrawn?.givenUp, cause)
  }
  return withdrawn?.givenUp
}

/** Once it is written nobody else knows it any more. */
function unwritten(document: DocumentId, givenUp: GivenUp | undefined, cause: unknown): Error {
  return coreError(
    "document-blocked",
    `what was to be given up of "${document}" could not be written yet, and will be tried again; retry() the document to do so at once, or discard() to keep it (details.givenUp has it)`,
    { cause, details: { document, givenUp } }
  )
}

function wasGivenUp({ document, dot }: Commit): Error {
  return coreError(
    "aborted",
    `commit ${dot.actor}:${dot.seq} of "${document}" came while what another replica does not take was given up; it is in what that gave back`,
    { details: { document, actor: dot.actor, seq: dot.seq } }
  )
}

function describe(state: DocumentState, { document }: Rebuilt): Omit<GivenUp, "commits"> {
  const { id, value, meta, view } = state
  try {
    const left = view?.of(document).value ?? document.value()
    return { document: id, value, deleted: meta.deleted, patch: diffJson(left, value, { whole: false }) }
  } catch (error) {
    document.destroy()
    throw error
  }
}

/** The document without it. */
function without(
  core: ReplicaCore,
  state: DocumentState,
  stored: StoredDocument | undefined,
  theirs: Version
): Rebuilt | undefined {
  const { version } = state.meta
  if (version.compare(theirs) !== "after") return undefined
  const base = ownBase(stored)
  if (base !== undefined && !theirs.vector.dominates(base.facts.base.vector))
    throw coreError(
      "version-before-base",
      `what is to be given up of "${state.id}" is folded here, and cannot be taken apart any more; keep it, or have it granted`,
      { details: { document: state.id } }
    )
  if (isElsewhere(state, stored, theirs)) return undefined
  const ahead = version.entries.filter(({ actor, seq }) => seq > theirs.get(actor))
  const from = new Map(ahead.map(({ actor }) => [actor, theirs.get(actor) + 1]))
  return rebuild(state, stored, core.setupOf(state.id), from, base)
}

/** Whether somebody at that version is on another branch of a chain, which ends below ours: what would be left were not what is there. */
function isElsewhere(state: DocumentState, stored: StoredDocument | undefined, theirs: Version): boolean {
  if (!state.meta.hasPast) learnPast(state, stored)
  return theirs.entries.some(({ actor, seq, hash }) => {
    const ours = state.meta.hashAt(actor, seq)
    return ours !== undefined && !startsWith(ours, hash)
  })
}

function replace(
  core: ReplicaCore,
  state: DocumentState,
  stored: StoredDocument | undefined,
  rebuilt: Rebuilt,
  actors: ReadonlySet<ActorId>
): void {
  // Sinks follow such documents down, and strangers tell each other versions of them.
  for (const actor of actors) rebuilt.meta.markForked(actor)
  const durable = { ...rebuilt.durable, forked: rebuilt.meta.forked }
  const storage = {
    base: ownVersion(stored),
    aside: [],
    kept: new Set<string>(),
    origin: {},
    lostError: wasGivenUp
  }
  const work = () => {
    storeRebuilt(core, state, { ...rebuilt, durable }, storage)
    core.replaceDocument(state, rebuilt.document, rebuilt.meta)
  }
  // Its next number there would name two commits.
  if (actors.has(core.identity.actor))
    core.rotateIdentity(`refused commits of "${state.id}" were given up`, work)
  else work()
  core.events.emit({
    type: "quarantined",
    document: state.id,
    message: "commits that another replica does not take were given up; they are kept aside"
  })
}
