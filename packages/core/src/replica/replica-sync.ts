import { parseDocumentId } from "../document/document-id.ts"
import { combineStatuses, noLinks } from "../link/combine-statuses.ts"
import type { Link } from "../link/link.ts"
import { StatusFeed } from "../link/status-feed.ts"
import type { SyncMonitor, SyncStatus } from "../link/sync-status.ts"
import type { Ports } from "../ports/ports.ts"

/** All links of a replica as one. A link that was refused stays in view until another one is made. */
export class ReplicaSync implements SyncMonitor {
  readonly #links = new Set<Link>()
  /** Links are listened to once somebody listens here: a server with thousands of them need not. */
  #watching = false
  readonly #feed: StatusFeed
  #refused: SyncStatus | undefined

  constructor({ timers, logger }: Ports) {
    this.#feed = new StatusFeed(timers, logger, () => this.status)
  }

  get status(): SyncStatus {
    if (this.#links.size === 0) return this.#refused ?? noLinks
    return combineStatuses([...this.#links].map(({ sync }) => sync.status))
  }

  onStatus(listener: (status: SyncStatus) => void): () => void {
    this.#watchAll()
    return this.#feed.onStatus(listener)
  }

  isUnsynced(document: string): boolean {
    const id = parseDocumentId(document)
    return this.#links.size > 0 && [...this.#links].every(({ sync }) => sync.isUnsynced(id))
  }

  [Symbol.asyncIterator](): AsyncIterator<SyncStatus> {
    this.#watchAll()
    return this.#feed.iterate()
  }

  /** A link was made. */
  add(link: Link): void {
    this.#refused = undefined
    this.#links.add(link)
    if (this.#watching) this.#watch(link)
    void link.closed.then(() => {
      this.#links.delete(link)
      const { status } = link.sync
      if (status.phase === "refused") this.#refused = status
      this.#feed.touch()
    })
    this.#feed.touch()
  }

  /** The replica is closed. */
  end(): void {
    this.#feed.end()
  }

  #watchAll(): void {
    if (this.#watching) return
    this.#watching = true
    for (const link of this.#links) this.#watch(link)
  }

  #watch(link: Link): void {
    link.sync.onStatus(() => this.#feed.touch())
  }
}
