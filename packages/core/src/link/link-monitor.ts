import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { DurableGroup, SyncHost } from "../sync/sync-host.ts"
import { notGranted } from "../sync/not-granted.ts"
import type { SyncScope } from "../sync/sync-scope.ts"
import type { LinkProblem, LinkProgress, LinkStatus } from "./link.ts"
import { LinkRecall, type Recalled } from "./link-recall.ts"
import { StatusFeed } from "./status-feed.ts"
import type { RejectedDocument, SyncMonitor, SyncPhase, SyncStatus } from "./sync-status.ts"
import type { Closed, CloseReason } from "./transport.ts"
import { UnsyncedLog } from "./unsynced-log.ts"

/** Rejected documents told of. */
const maxRejected = 100

/** Ends that mean that the other side does not want this one. */
const refusals: ReadonlySet<CloseReason> = new Set(["unauthorized", "protocol-unsupported", "self"])

/** What is watched. */
interface WatchedLink {
  readonly status: LinkStatus
  readonly progress: LinkProgress
  /** Documents of which the other side does not take what is here, for want of permission. */
  readonly kept: readonly DocumentId[]
}

/** Watches one link, for its whole life. Whoever drives the link tells what happens. */
export class LinkMonitor implements SyncMonitor {
  readonly #link: WatchedLink
  readonly #feed: StatusFeed
  readonly #log = new UnsyncedLog()
  readonly #rejected = new Map<string, RejectedDocument>()
  readonly #unsubscribe: () => void
  #scope: SyncScope
  #lost: string | undefined
  #diverged: string | undefined
  #closed: Closed | undefined
  #complete = false
  /** Up to where that store has our log. */
  #acked = 0
  #recall: LinkRecall | undefined
  readonly #host: SyncHost
  /** The store of which an earlier life of the link knew; then the one that is there. */
  #epoch: string | undefined

  /**
   * @param origin the link's token: what came over it is there.
   * @param name under which it is remembered; `undefined` for links that end with their connection.
   */
  constructor(host: SyncHost, origin: object, scope: SyncScope, name: string | undefined, link: WatchedLink) {
    this.#link = link
    this.#scope = scope
    this.#feed = new StatusFeed(host.ports.timers, host.ports.logger, () => this.status)
    this.#unsubscribe = host.onDurable(group => this.#durable(group, origin))
    this.#host = host
    this.#remember(scope, name)
  }

  get status(): SyncStatus {
    const why = this.#why()
    const { commits, documents } = this.#log
    return {
      phase: this.#phase(),
      ...(why === undefined ? {} : { why }),
      progress: this.#link.progress,
      unsynced: { commits, documents, complete: this.#complete },
      rejected: this.#allRejected()
    }
  }

  onStatus(listener: (status: SyncStatus) => void): () => void {
    return this.#feed.onStatus(listener)
  }

  isUnsynced(document: string): boolean {
    const id = parseDocumentId(document)
    return this.#log.has(id) || this.#rejected.has(rejectedKey(id, "there")) || this.#link.kept.includes(id)
  }

  [Symbol.asyncIterator](): AsyncIterator<SyncStatus> {
    return this.#feed.iterate()
  }

  /** Status or progress of the link changed. */
  touch(): void {
    this.#feed.touch()
  }

  /** A connection began. */
  connected(): void {
    this.#log.setOffline(false)
    this.#diverged = undefined
    this.touch()
  }

  /** Both hellos are there: this is what the link syncs, and with which store. */
  greeted(scope: SyncScope, epoch: string): void {
    this.#scope = scope
    // What another store has says nothing about this one.
    if (this.#epoch !== undefined && this.#epoch !== epoch) {
      this.#complete = false
      this.#acked = 0
    }
    this.#epoch = epoch
  }

  /** It syncs something else from now on: nothing is known of what is there of it. */
  rescope(scope: SyncScope, name: string | undefined): void {
    this.#recall?.end()
    this.#scope = scope
    this.#complete = false
    this.#acked = 0
    this.#remember(scope, name)
    this.touch()
  }

  /** The other side has our log up to here. */
  acknowledged(position: number): void {
    if (this.#log.acknowledge(position)) this.touch()
    // A new connection knows nothing yet of what went over the last one.
    this.#acked = Math.max(this.#acked, position)
    if (this.#complete && this.#epoch !== undefined) this.#recall?.note(this.#epoch, this.#acked)
  }

  /** Both sides are equal. */
  verified(): void {
    this.#diverged = undefined
    this.#complete = true
    this.#rejected.clear()
    this.touch()
  }

  problem(problem: LinkProblem): void {
    if (problem.kind === "disconnected") {
      this.#log.setOffline(true)
      this.#lost = problem.closed.message
    } else if (problem.kind === "diverged") {
      this.#diverged = `both sides have what the other sent and still differ (attempt ${problem.attempt})`
    } else if (problem.kind === "rejected") this.#reject(problem)
    this.touch()
  }

  /** The link is over. */
  end(closed: Closed): void {
    this.#closed = closed
    this.#unsubscribe()
    this.#recall?.end()
    this.touch()
    this.#feed.end()
  }

  #remember(scope: SyncScope, name: string | undefined): void {
    const recall = name === undefined ? undefined : new LinkRecall(this.#host, name)
    this.#recall = recall
    // A link whose store cannot be read says so when it connects.
    void recall?.load(scope).then(
      recalled => recall === this.#recall && this.#recalled(recalled),
      () => {}
    )
  }

  #recalled(recalled: Recalled | undefined): void {
    if (recalled === undefined || this.#closed !== undefined) return
    if (this.#epoch !== undefined && this.#epoch !== recalled.epoch) return
    this.#epoch = recalled.epoch
    this.#acked = Math.max(this.#acked, recalled.since)
    this.#log.recall(recalled)
    this.#complete = true
    this.touch()
  }

  #durable(group: DurableGroup, origin: object): void {
    if (group.origin === origin) return
    this.#log.add(group, this.#scope)
    this.touch()
  }

  #reject({ document, where, reason, message }: RejectedDocument): void {
    const key = rejectedKey(document, where)
    if (this.#rejected.has(key) || this.#rejected.size < maxRejected)
      this.#rejected.set(key, { document, where, reason, message })
  }

  /** What is not granted stays in view, however equal everything else is. */
  #allRejected(): readonly RejectedDocument[] {
    const others = [...this.#rejected.values()].filter(({ document }) => !this.#link.kept.includes(document))
    const kept = this.#link.kept.map(document => ({ ...notGranted(document), where: "there" }) as const)
    return [...others, ...kept].slice(0, maxRejected)
  }

  #phase(): SyncPhase {
    if (this.#closed !== undefined) return refusals.has(this.#closed.reason) ? "refused" : "closed"
    const { status } = this.#link
    return status === "catching-up" && this.#diverged !== undefined ? "diverged" : status
  }

  #why(): string | undefined {
    if (this.#closed !== undefined) return this.#closed.message
    return this.#phase() === "offline" ? this.#lost : this.#diverged
  }
}

function rejectedKey(document: DocumentId, where: RejectedDocument["where"]): string {
  return `${where} ${document}`
}
