import { isSynclineError } from "@syncline/clock"
import { decodeCommits } from "../codec/commit-decoder.ts"
import { unprotect } from "../codec/envelope.ts"
import { decodeBase, decodeHead } from "../codec/facts-codec.ts"
import { type PackedCommit, storedCommitLimits } from "../codec/packed-commit.ts"
import { emptyFacts } from "../commit/document-facts.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import type { CollectionRules } from "../document/collection-rules.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { Shape } from "../document/shape.ts"
import type { Engine, EngineDocument } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredDocument } from "../store/store.ts"
import { DocumentState } from "./document-state.ts"
import type { DocumentView } from "./document-view.ts"
import { otherEngine } from "./other-engine.ts"

const viewing = new DeferredPart("schemas and versions", () => import("./document-view.ts"))

/** To be awaited before documents of a collection with rules are made. */
export async function rulesReady(): Promise<void> {
  if (viewing.loaded === undefined) await viewing.load()
}

/** Largest inflated base: what a tab can still hold. */
export const maxBaseBytes: number = 1024 * 1024 * 1024

/** How a collection's documents are brought up. */
export interface DocumentSetup {
  readonly engine: Engine
  readonly shape: Shape
  readonly identity: Uint8Array
  /** What the collection expects of values; absent: nothing. */
  readonly rules?: CollectionRules
}

/** A document which was never stored. */
export function newDocument(id: DocumentId, setup: DocumentSetup): DocumentState {
  const { engine, shape, identity } = setup
  const document = engine.open({ shape, identity })
  return new DocumentState(id, engine, document, emptyFacts(engine.name), 0, viewOf(id, setup))
}

/**
 * Brings up a stored document: base, then the commits after it.
 *
 * @throws SynclineError `engine-unknown`; `document-unreadable` with the cause; never an empty document instead.
 */
export function loadDocument(stored: StoredDocument, setup: DocumentSetup): DocumentState {
  const { head } = stored
  try {
    const facts = decodeHead(head.body)
    if (facts.engine !== setup.engine.name) throw otherEngine(head.id, facts.engine, setup.engine.name)
    const document = openEngineDocument(stored, setup)
    const view = viewOf(head.id, setup)
    return new DocumentState(head.id, setup.engine, document, facts, head.position, view)
  } catch (cause) {
    if (isSynclineError(cause, "engine-unknown")) throw cause
    throw coreError(
      "document-unreadable",
      `document "${head.id}" does not load; its stored bytes are untouched, run checkIntegrity() or restore a copy`,
      {
        cause,
        details: { document: head.id }
      }
    )
  }
}

function viewOf(id: DocumentId, { rules, shape }: DocumentSetup): DocumentView | undefined {
  if (rules === undefined) return undefined
  if (viewing.loaded === undefined) throw new RangeError("rulesReady() was not awaited")
  return new viewing.loaded.DocumentView(id, rules, shape)
}

/** The engine's document as of the records given (all of them, or up to some position). */
export function openEngineDocument(
  stored: Pick<StoredDocument, "base" | "records">,
  setup: DocumentSetup
): EngineDocument {
  const { engine, shape, identity } = setup
  const base = stored.base === undefined ? undefined : decodeBase(stored.base, maxBaseBytes)
  const document = engine.open({
    shape,
    identity,
    ...(base === undefined ? {} : { snapshot: base.snapshot })
  })
  restore(document, commitsOf(stored))
  return document
}

/** Brings commits that were taken once into a document that nobody has looked at yet. */
export function restore(
  document: EngineDocument,
  commits: readonly Pick<PackedCommit, "genesis" | "update">[]
): void {
  const genesis = commits.flatMap(commit => commit.genesis)
  const updates = commits.map(commit => commit.update).filter(update => update.length > 0)
  if (document.restore !== undefined) return document.restore(genesis, updates)
  if (genesis.length > 0) document.ensureGenesis(genesis)
  if (updates.length > 0) document.apply(updates)
}

/**
 * The raw commits stored beyond a document's base, in log order.
 *
 * @throws SynclineError `codec-corrupt`, `codec-invalid`
 */
export function commitsOf(stored: Pick<StoredDocument, "records">): readonly PackedCommit[] {
  return stored.records.flatMap(record => decodeCommits(unprotect(record.bytes), storedCommitLimits))
}
