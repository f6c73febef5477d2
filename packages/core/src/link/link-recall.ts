import { equalBytes } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { SyncHost } from "../sync/sync-host.ts"
import type { SyncScope } from "../sync/sync-scope.ts"
import { inScope } from "../sync/sync-scope.ts"

/** Written after this much time at the earliest: what was not written counts once more after a crash, that is all. */
const saveDelayMs = 5_000

/** Documents looked at, at most: a screen shows "1,000 and more" then. */
const maxDocuments = 1_000

const pageLimit = 250

/** What an earlier life of a link left to be sent. */
export interface Recalled {
  /** The store that had our log up to some position. */
  readonly epoch: string
  /** Up to where it had our log. */
  readonly since: number
  /** End of our log when this was looked up. */
  readonly position: number
  /** Records of the log after that position; where not all collections are synced, at least so many. */
  readonly records: number
  readonly documents: readonly DocumentId[]
}

interface Unsaved {
  readonly epoch: string
  readonly position: number
  /** Where it is known already. */
  readonly logHash: Uint8Array | undefined
}

/** Remembers beyond a link's life up to where the other side has our log, under the link's name. */
export class LinkRecall {
  readonly #host: SyncHost
  readonly #name: string
  #unsaved: Unsaved | undefined
  #saved: number | undefined
  #cancel: (() => void) | undefined

  constructor(host: SyncHost, name: string) {
    this.#host = host
    this.#name = name
  }

  /** What was left. `undefined`: nothing is known of an earlier life, or our log is not the one it was. */
  async load(scope: SyncScope): Promise<Recalled | undefined> {
    const { end } = this.#host
    const acked = await this.#host.linkMemory?.load(this.#name)
    if (acked === undefined || acked.position > end.position) return undefined
    const hash = await this.#host.logHashAt(acked.position)
    if (hash === undefined || !equalBytes(hash, acked.logHash)) return undefined
    const documents = await this.#changedSince(acked.position, scope)
    const records = scope === "all" ? end.position - acked.position : documents.length
    return { epoch: acked.epoch, since: acked.position, position: end.position, records, documents }
  }

  /** That store has our log up to here. */
  note(epoch: string, position: number): void {
    if (this.#host.linkMemory === undefined || position === this.#saved) return
    const { end } = this.#host
    // At rest it is the end of the log: then nothing has to be read when the replica is being closed.
    this.#unsaved = { epoch, position, logHash: end.position === position ? end.hash : undefined }
    this.#cancel ??= this.#host.ports.timers.schedule(saveDelayMs, () => this.#save())
  }

  /** The link is over: writes what was not written. */
  end(): void {
    this.#cancel?.()
    this.#save()
  }

  async #changedSince(after: number, scope: SyncScope): Promise<readonly DocumentId[]> {
    const found: DocumentId[] = []
    for (let from = after; found.length < maxDocuments; ) {
      const page = await this.#host.changedSince(from, pageLimit)
      for (const { document, position } of page) {
        from = position
        if (inScope(scope, document)) found.push(document)
      }
      if (page.length < pageLimit) break
    }
    return found
  }

  #save(): void {
    this.#cancel = undefined
    const unsaved = this.#unsaved
    if (unsaved === undefined) return
    this.#unsaved = undefined
    this.#saved = unsaved.position
    void this.#write(unsaved)
  }

  async #write({ epoch, position, logHash: known }: Unsaved): Promise<void> {
    try {
      const logHash = known ?? (await this.#host.logHashAt(position))
      if (logHash !== undefined) await this.#host.linkMemory?.save(this.#name, { epoch, position, logHash })
    } catch (error) {
      // It is for the screen after the next start only.
      const message = error instanceof Error ? error.message : String(error)
      this.#host.ports.logger.debug("a link's memory was not written", { link: this.#name, message })
    }
  }
}
