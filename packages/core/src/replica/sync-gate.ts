import { decodeHead } from "../codec/facts-codec.ts"
import { Version } from "../commit/version.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import { emptyLog } from "../store/log-hash.ts"
import type { PresenceHook } from "../presence/presence-hook.ts"
import type { StoredHead } from "../store/store.ts"
import type { DocumentVersionEntry, SyncHost } from "../sync/sync-host.ts"
import type { DeltaReader } from "./delta-reader.ts"
import { linkMemory } from "./link-memory.ts"
import { PeerCursors } from "./peer-cursors.ts"
import type { ReplicaCore } from "./replica-core.ts"

const receiving = new DeferredPart("receiving", () => import("./receiver.ts"))
const withdrawing = new DeferredPart("giving up commits", () => import("./withdraw.ts"))
const sending = new DeferredPart("sending", () => import("./delta-reader.ts"))

/** A replica as links see it: durable facts out, received batches in. */
export function syncHost(core: ReplicaCore, presence?: PresenceHook): SyncHost {
  const { session } = core
  const cursors = new PeerCursors(core)
  let reader: DeltaReader | undefined
  const reading = <T>(read: (from: DeltaReader) => Promise<T>): Promise<T> =>
    sending.use(({ DeltaReader }) => read((reader ??= new DeltaReader(core))))
  const entry: SyncHost["entry"] = async document => {
    const head = await session.loadHead(document)
    return head === undefined ? undefined : entryOf(head)
  }
  return {
    ports: core.ports,
    epoch: core.epoch,
    get actor() {
      return core.identity.actor
    },
    get end() {
      return core.end
    },
    logHashAt: async position => (position === 0 ? emptyLog.hash : session.logHashAt(position)),
    onDurable: listener => core.durable.on(listener),
    unitRoots: () => core.roots.roots(),
    changedSince: async (after, limit) =>
      (await session.changedSince({ after, limit })).map(({ id, position }) => ({ document: id, position })),
    delta: (document, known) => reading(from => from.read(document, known)),
    versions: async (collection, after, limit) =>
      (await session.scanHeads({ collection, limit, ...(after === undefined ? {} : { after }) })).map(
        entryOf
      ),
    entry,
    entryBeside: async (document, theirs) => {
      const ours = await entry(document)
      if (ours === undefined || !theirs.entries.some(({ actor, seq }) => seq < ours.version.get(actor)))
        return ours
      const beside = await reading(from => from.beside(document, theirs))
      return beside && { ...entryOf(beside.head), ...(beside.parted && { parted: beside.parted }) }
    },
    get unitKey() {
      return core.roots.key
    },
    scopeView: (scope, rule) => core.roots.scope(scope, rule),
    version: async document => (await entry(document))?.version ?? Version.empty,
    receive: batch => receiving.use(({ receive }) => receive(core, batch)),
    peerCursor: epoch => cursors.load(epoch),
    linkMemory: linkMemory(core),
    presence,
    giveUp: (document, theirs) => withdrawing.use(({ withdraw }) => withdraw(core, document, theirs)),
    written: () => core.writer.idle(),
    savePeerCursor: cursor => cursors.save(cursor)
  }
}

/** Of a head that does not decode nothing is known: the document is refused when it comes, the others are unharmed. */
function entryOf(head: StoredHead): DocumentVersionEntry {
  const { id: document, digest, position } = head
  try {
    const { version, forked } = decodeHead(head.body)
    return { document, digest, version, position, ...(forked.length === 0 ? {} : { forked }) }
  } catch {
    return { document, digest, version: Version.empty, position }
  }
}
