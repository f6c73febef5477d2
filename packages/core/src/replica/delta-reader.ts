import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { StoredHead } from "../store/store.ts"
import type { DocumentDelta } from "../sync/sync-host.ts"
import { CurrentSnapshots } from "./current-snapshots.ts"
import { deltaAfter, deltaSince } from "./delta.ts"
import { partedVersion } from "./parted-version.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** Reads what peers lack of documents. */
export class DeltaReader {
  readonly #core: ReplicaCore
  readonly #snapshots: CurrentSnapshots

  constructor(core: ReplicaCore) {
    this.#core = core
    this.#snapshots = new CurrentSnapshots(core)
  }

  /** A document's head, and `ComparedEntry.parted` as of then. */
  async beside(
    document: DocumentId,
    theirs: Version
  ): Promise<{ readonly head: StoredHead; readonly parted?: Version } | undefined> {
    const stored = await this.#core.session.loadDocument(document)
    if (stored === undefined) return undefined
    const { head } = stored
    try {
      const parted = partedVersion(stored, theirs)
      return { head, ...(parted === undefined ? {} : { parted }) }
    } catch {
      // Nothing of the peer's could be taken into it: that is said where it is read or sent.
      return { head }
    }
  }

  /** @throws SynclineError `document-unreadable` */
  async read(
    document: DocumentId,
    known: { readonly version?: Version } | { readonly after: number }
  ): Promise<DocumentDelta> {
    const stored = await this.#core.session.loadDocument(document)
    if (stored === undefined) return { document, commits: [], through: this.#core.end.position }
    try {
      if ("after" in known) return deltaAfter(stored, known.after)
      return deltaSince(stored, known.version ?? Version.empty, () => this.#snapshots.of(stored))
    } catch (cause) {
      throw coreError(
        "document-unreadable",
        `document "${document}" cannot be read from the store to be sent`,
        { cause, details: { document } }
      )
    }
  }
}
