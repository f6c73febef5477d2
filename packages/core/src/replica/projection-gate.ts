import { decodeHead } from "../codec/facts-codec.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { DocumentSummary, DurableDocument, ProjectionSource } from "../projection/projection-source.ts"
import { coreError } from "../errors/core-error.ts"
import { emptyLog } from "../store/log-hash.ts"
import type { StoredDocument, StoredHead } from "../store/store.ts"
import { valuesIn } from "../store/value-pages.ts"
import { type DocumentSetup, loadDocument } from "./document-loader.ts"
import type { Captured, DocumentState } from "./document-state.ts"
import { pendingSettled } from "./pending-work.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** A replica as sinks and verification see it: only what is durable. */
export function projectionSource(core: ReplicaCore): ProjectionSource {
  const { session } = core
  return {
    ports: core.ports,
    epoch: core.epoch,
    defaults: core.defaults,
    get end() {
      return core.end
    },
    logHashAt: async position => (position === 0 ? emptyLog.hash : session.logHashAt(position)),
    settled: () => pendingSettled(core),
    onAppend: listener => core.durable.on(() => listener()),
    changedSince: (after, limit) => session.changedSince({ after, limit }),
    scanHeads: (after, limit, collection) =>
      session.scanHeads({
        limit,
        ...(after === undefined ? {} : { after }),
        ...(collection === undefined ? {} : { collection })
      }),
    loadHead: id => session.loadHead(id),
    summarize,
    digests: () => core.roots.digests(),
    capture: id => capture(core, id),
    readValue: (space, key) => session.readValue(space, key),
    listValues: (space, after, limit) => valuesIn(session, space)(after, limit),
    writeValues: async values => {
      await core.writer.attach(values, undefined, new Set())
    }
  }
}

/** What a head says of its document. */
function summarize(head: StoredHead): DocumentSummary {
  const { id, digest, position, body } = head
  try {
    const { version, deletion } = decodeHead(body)
    return {
      id,
      digest,
      height: version.height,
      deleted: deletion?.dominates(version.vector) ?? false,
      position
    }
  } catch {
    return { id, digest, height: 0, deleted: false, position, unreadable: true }
  }
}

/**
 * Waits for the moment at which everything applied to a document in use is durable, and reads it then. One that nobody uses is read from
 * the store and let go of: filling a sink must not push those in use out of memory.
 */
async function capture(core: ReplicaCore, id: DocumentId): Promise<DurableDocument | undefined> {
  core.assertOpen()
  const state = core.cache.get(id)
  const captured = state === undefined || state.isHeldBack ? undefined : await captureLive(state)
  if (captured !== undefined) return durableDocument(id, captured)
  // What is applied may never be written: only the store says what is durable.
  const stored = await core.session.loadDocument(id)
  return stored === undefined ? undefined : captureStored(stored, core.setupOf(id))
}

async function captureLive(state: DocumentState): Promise<Captured | undefined> {
  if (state.dirty || state.inFlight !== undefined) return new Promise(resolve => state.captures.push(resolve))
  // Loading an id that was never written gives an empty document; a sink must not get a row for it.
  if (state.durable.version.entries.length === 0) return undefined
  return state.capture(state.durable, state.durable.version.digest(state.id), state.position)
}

function captureStored(stored: StoredDocument, setup: DocumentSetup): DurableDocument {
  const state = loadDocument(stored, setup)
  const captured = state.capture(state.durable, stored.head.digest, stored.head.position)
  state.document.destroy()
  return durableDocument(state.id, captured)
}

function durableDocument(id: DocumentId, { stamp, error, ...captured }: Captured): DurableDocument {
  // A deleted document has no rows that could be wrong.
  if (error !== undefined && !captured.deleted)
    throw coreError("projection-refused", `"${id}" is not projected: ${error.message}`, {
      cause: error,
      details: { document: id }
    })
  return { id, ...captured, height: captured.version.height, updatedAt: stamp }
}
