import { decodeHead } from "../codec/facts-codec.ts"
import { versionOf } from "../commit/document-facts.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { DocumentSummary, DurableDocument, ProjectionSource } from "../projection/projection-source.ts"
import { emptyLog } from "../store/log-hash.ts"
import type { StoredHead } from "../store/store.ts"
import type { Captured } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** A replica as sinks and verification see it: only what is durable. */
export function projectionSource(core: ReplicaCore): ProjectionSource {
  const { session } = core
  return {
    ports: core.ports,
    epoch: core.epoch,
    get end() {
      return session.end
    },
    logHashAt: async position => (position === 0 ? emptyLog.hash : session.logHashAt(position)),
    onAppend: listener => core.durable.on(() => listener()),
    changedSince: (after, limit) => session.changedSince({ after, limit }),
    scanHeads: (after, limit, collection) =>
      session.scanHeads({ limit, ...(after === undefined ? {} : { after }), ...(collection === undefined ? {} : { collection }) }),
    summarize,
    capture: id => capture(core, id),
    readValue: (space, key) => session.readValue(space, key),
    writeValues: async values => {
      await core.writer.attach(values, undefined, new Set())
    }
  }
}

/** What a head says of its document. */
export function summarize(head: StoredHead): DocumentSummary {
  const facts = decodeHead(head.body)
  const version = versionOf(facts.chains)
  return {
    id: head.id,
    digest: head.digest,
    height: version.height,
    deleted: facts.deletion?.dominates(version.vector) ?? false,
    position: head.position
  }
}

/** Waits for the moment at which everything applied to the document is durable, and reads it then. */
async function capture(core: ReplicaCore, id: DocumentId): Promise<DurableDocument | undefined> {
  const state = await core.load(id)
  const settled = !state.dirty && state.inFlight === undefined
  if (settled && state.position === 0) return undefined
  const captured = settled ? state.capture() : await new Promise<Captured>(resolve => state.captures.push(resolve))
  return {
    id,
    version: captured.version,
    digest: captured.digest,
    height: captured.version.height,
    deleted: captured.deleted,
    updatedAt: captured.facts.stamp,
    position: captured.position,
    value: captured.value
  }
}
