import type { DocumentId } from "../document/document-id.ts"
import type { SyncHost } from "../sync/sync-host.ts"
import type { SyncLimits } from "../sync/sync-limits.ts"
import { IntakeLimit } from "../sync/intake-limit.ts"
import type { PartialPlace, ResumeMemory } from "../sync/resume-memory.ts"
import type { GivenUp } from "../sync/given-up.ts"
import { freshMemory } from "../sync/resume-memory.ts"
import type { SyncReport } from "../sync/sync-effect.ts"
import { type Paths, type SyncScope, equalScopes, syncScope } from "../sync/sync-scope.ts"
import type { SyncRole } from "../sync/sync-state.ts"
import type { Admission } from "../sync/session-grant.ts"
import type { SyncSession } from "../sync/sync-session.ts"
import type { HelloFrame } from "../sync/frame.ts"
import { DeferredPart } from "../deferred/deferred-part.ts"
import { coreError } from "../errors/core-error.ts"
import type {
  Link,
  LinkGranted,
  LinkMetrics,
  LinkPeer,
  LinkProblem,
  LinkProgress,
  LinkStatus
} from "./link.ts"
import { KeptMemory } from "./kept-memory.ts"
import { FrameSize } from "./frame-size.ts"
import { LinkMonitor } from "./link-monitor.ts"
import { LinkEvents } from "./link-events.ts"
import { addCounts, counted, noMetrics } from "./link-metrics.ts"
import { SyncWaiters } from "./sync-waiters.ts"
import type { Closed, Connection } from "./transport.ts"

/** What runs on connections. */
interface SessionCode {
  readonly SyncSession: typeof SyncSession
}

const sessionCode: DeferredPart<SessionCode> = new DeferredPart(
  "syncing",
  () => import("../sync/sync-session.ts")
)

const givingUp = new DeferredPart("giving up refused writes", () => import("./give-up.ts"))

/** What every connection of a link is opened with. */
export interface LinkSettings {
  readonly name: string
  /** Under which it is remembered beyond its life. Absent: it is not. */
  readonly rememberedAs?: string
  readonly role: SyncRole
  readonly limits: SyncLimits
  readonly scope: SyncScope
  readonly credentials: () => Promise<Uint8Array | undefined>
  readonly admit: (hello: HelloFrame) => Promise<Admission>
  /** The accepting side: where the beginning of a snapshot lies that an earlier connection of the applicant broke off with. */
  readonly partialOf?: (applicant: HelloFrame) => PartialPlace
}

/**
 * A link as its user sees it, whichever side made the connection: status, counts, waiters. Whoever drives it hands it
 * one connection after the other.
 */
export class LinkSession implements Link {
  readonly name: string
  readonly closed: Promise<Closed>
  readonly sync: LinkMonitor
  readonly #host: SyncHost
  readonly #settings: LinkSettings
  readonly #code: DeferredPart<SessionCode>
  readonly #origin = {}
  readonly #memory: ResumeMemory
  readonly #statuses: LinkEvents<LinkStatus>
  readonly #problems: LinkEvents<LinkProblem>
  readonly #keptMemory: KeptMemory | undefined
  readonly #waiters = new SyncWaiters()
  readonly #frameSize: FrameSize
  readonly #intake: IntakeLimit
  #scope: SyncScope
  #status: LinkStatus = "offline"
  #peer: LinkPeer | undefined
  #grant: LinkGranted | undefined
  #progress: LinkProgress = { documents: 0 }
  #past: LinkMetrics = noMetrics
  #session: SyncSession | undefined
  /** What the next greeting shows. */
  #fetched: Promise<Uint8Array | undefined> | undefined
  /** Ends a connection whose session has not begun. */
  #giveUp: ((closed: Closed) => void) | undefined
  #resolveClosed: (closed: Closed) => void = () => {}
  /** Called by `retryNow` and `close`; whoever drives the link sets them. */
  onRetryNow: () => void = () => {}
  onEnd: () => void = () => {}
  /** Called before a connection ends in order to greet anew. */
  onGreetAnew: () => void = () => {}

  constructor(host: SyncHost, settings: LinkSettings, code: DeferredPart<SessionCode> = sessionCode) {
    const name = memoryName(settings, settings.scope)
    this.#memory = freshMemory(settings.limits, settings.partialOf)
    const kept = name === undefined ? undefined : new KeptMemory(host, this.#memory.kept, name)
    this.#memory.kept.onChange = () => {
      this.sync.touch()
      kept?.note()
    }
    this.#memory.kept.onFull = most => this.report({ kind: "too-many-kept", most })
    this.#keptMemory = kept
    this.#host = host
    this.#code = code
    this.#settings = settings
    this.#intake = new IntakeLimit(host.ports.time, settings.limits)
    this.name = settings.name
    this.#scope = settings.scope
    this.#frameSize = new FrameSize(settings.limits.maxFrameBytes)
    this.#statuses = new LinkEvents(host.ports.logger)
    this.#problems = new LinkEvents(host.ports.logger)
    this.sync = new LinkMonitor(host, this.#origin, settings.scope, name, this)
    if (kept !== undefined) this.#memory.ready = kept.load()
    // While the connection is made; where that fails, the connection says so.
    code.load().catch(() => {})
    this.closed = new Promise(resolve => {
      this.#resolveClosed = resolve
    })
  }

  get status(): LinkStatus {
    return this.#status
  }

  get peer(): LinkPeer | undefined {
    return this.#peer
  }

  get grant(): LinkGranted | undefined {
    return this.#grant
  }

  get progress(): LinkProgress {
    return this.#progress
  }

  /** Documents of which the other side does not take what is here, for want of permission. */
  get kept(): ReadonlySet<DocumentId> {
    return this.#memory.kept.shown
  }

  get metrics(): LinkMetrics {
    const counts = this.#session?.counts
    return counts === undefined ? this.#past : addCounts(this.#past, counts)
  }

  onStatus(listener: (status: LinkStatus) => void): () => void {
    return this.#statuses.on(listener)
  }

  onProblem(listener: (problem: LinkProblem) => void): () => void {
    return this.#problems.on(listener)
  }

  synced(signal?: AbortSignal): Promise<void> {
    // What is not durable yet is in no root: both sides could be equal without it.
    const written = this.#host.written?.()
    return written === undefined ? this.#synced(signal) : written.then(() => this.#synced(signal))
  }

  async giveUp(document: string, signal?: AbortSignal): Promise<GivenUp> {
    const [link, host, { kept }] = [this.name, this.#host, this.#memory]
    const { giveUp } = await givingUp.load()
    const givenUp = await giveUp({ link, host, kept, synced: () => this.synced(signal) }, document)
    // Finds that both sides have the same of it.
    this.#session?.requestSync()
    return givenUp
  }

  #synced(signal: AbortSignal | undefined): Promise<void> {
    if (this.#status === "closed") return Promise.reject(linkClosed(this.name))
    return this.#waiters.add(() => {
      this.#session?.requestSync()
      return this.#session !== undefined
    }, signal)
  }

  retryNow(): void {
    this.onRetryNow()
  }

  setScope(paths: Paths): void {
    const scope = syncScope(paths)
    if (this.#settings.role === "acceptor")
      throw coreError(
        "options-invalid",
        "the side that dialed says what it wants to sync; narrow the grant instead"
      )
    if (equalScopes(scope, this.#scope)) return
    this.#scope = scope
    this.sync.rescope(scope, memoryName(this.#settings, scope))
    this.#greetAnew("another scope")
  }

  async reauthorize(): Promise<void> {
    if (this.#settings.role === "acceptor") return this.#session?.reauthorize()
    // What is being fetched may be the older ones.
    this.#fetched = undefined
    this.#greetAnew("newer credentials")
  }

  /** Has the credentials fetched that the next greeting shows. */
  async fetchCredentials(): Promise<void> {
    const fetched = this.#settings.credentials()
    this.#fetched = fetched
    await fetched
  }

  #takeCredentials(): Promise<Uint8Array | undefined> {
    const fetched = this.#fetched
    this.#fetched = undefined
    return fetched ?? this.#settings.credentials()
  }

  /** Builds the index that the next greeting takes its root from, where there is none yet. */
  async warmUp(): Promise<void> {
    const { ready, views } = this.#memory
    await ready
    // What is opened for a link that is over would never be let go of.
    if (this.#status !== "closed") await views.scope(this.#host, this.#scope).roots(new Map())
  }

  #greetAnew(why: string): void {
    if (this.#session === undefined) return
    this.onGreetAnew()
    this.#session.close({ reason: "regrant", message: `the link greets anew, with ${why}` })
  }

  close(): void {
    this.finish({ reason: "closed", message: "closed by the application" })
  }

  /** Ends the link for good, telling the peer if it is connected. */
  finish(closed: Closed): void {
    if (this.#status === "closed") return
    this.setStatus("closed")
    this.#session?.close(closed)
    this.#giveUp?.(closed)
    this.#memory.views.close()
    this.#keptMemory?.end()
    this.onEnd()
    this.sync.end(closed)
    this.#waiters.fail(linkClosed(this.name, closed))
    this.#resolveClosed(closed)
  }

  setStatus(status: LinkStatus): void {
    if (status === this.#status || this.#status === "closed") return
    this.#status = status
    this.#statuses.emit(status)
    this.sync.touch()
  }

  report(problem: LinkProblem): void {
    this.sync.problem(problem)
    this.#problems.emit(problem)
  }

  /** Syncs over a connection until it ends; `onClosed` says how. */
  run(connection: Connection, onClosed: (closed: Closed) => void): void {
    this.setStatus("connecting")
    this.#past = { ...this.#past, connections: this.#past.connections + 1 }
    this.#progress = { documents: 0 }
    this.sync.connected()
    const { loaded } = this.#code
    if (loaded === undefined) void this.#beginLater(connection, onClosed)
    else this.#begin(loaded.SyncSession, connection, onClosed)
  }

  /** What arrives meanwhile is kept by the connection; where that ends meanwhile, its session hears of it first of all. */
  async #beginLater(connection: Connection, onClosed: (closed: Closed) => void): Promise<void> {
    let isGivenUp = false
    const giveUp = (closed: Closed): void => {
      this.#giveUp = undefined
      isGivenUp = true
      connection.close(closed)
      onClosed(closed)
    }
    this.#giveUp = giveUp
    try {
      const { SyncSession } = await this.#code.load()
      if (isGivenUp) return
      this.#giveUp = undefined
      this.#begin(SyncSession, connection, onClosed)
    } catch (error) {
      if (!isGivenUp)
        giveUp({ reason: "internal", message: error instanceof Error ? error.message : String(error) })
    }
  }

  #begin(Session: typeof SyncSession, connection: Connection, onClosed: (closed: Closed) => void): void {
    const session = new Session(this.#host, connection, {
      ...this.#settings,
      limits: { ...this.#settings.limits, maxFrameBytes: this.#frameSize.bytes },
      scope: this.#scope,
      credentials: () => this.#takeCredentials(),
      origin: this.#origin,
      memory: this.#memory,
      intake: this.#intake,
      onPhase: phase => {
        if (phase === "live") this.#becameLive()
        else if (phase === "comparing" || phase === "catching-up") this.setStatus("catching-up")
      },
      onReport: report => this.#take(report),
      onDocuments: count => {
        this.#progress = { ...this.#progress, documents: this.#progress.documents + count }
        this.sync.touch()
      },
      onLimited: waitMs => {
        this.#count("limitedMs", waitMs)
        this.sync.limited(waitMs > 0)
      },
      onAcknowledged: position => this.sync.acknowledged(position),
      onClosed: closed => {
        this.#past = addCounts(this.#past, session.counts)
        this.#session = undefined
        this.#waiters.endSession()
        if (closed.reason === "timeout" && this.#status === "catching-up") this.#frameSize.fellSilent()
        onClosed(closed)
      }
    })
    this.#session = session
    if (this.#waiters.beginSession()) session.requestSync()
  }

  #becameLive(): void {
    this.#frameSize.arrived()
    this.setStatus("live")
  }

  #take(report: SyncReport): void {
    switch (report.kind) {
      case "greeted":
        this.#peer = { epoch: report.hello.epoch, actor: report.hello.actor }
        return this.#greeted(report.hello)
      case "expecting":
        this.#progress = {
          ...this.#progress,
          ...(report.documents === undefined ? {} : { expected: report.documents })
        }
        return this.sync.touch()
      case "fell-through":
        if (report.to === "units") return this.#count("unitComparisons")
        return this.#count(report.to === "exchange" ? "exchanges" : "fallThroughs")
      case "reconciled":
        this.#past = { ...this.#past, levels: counted(this.#past.levels, report.level, report.outcome) }
        return
      case "verified":
        this.#count("verified")
        this.sync.verified()
        return this.#waiters.answer(report.requests)
      case "diverged":
        this.#count("divergences")
        return this.report(report)
      case "rejected-here":
        this.#count("rejectedHere")
        return this.report({ kind: "rejected", where: "here", ...report.reject })
      case "rejected-more-here":
        this.#count("rejectedHere", report.documents)
        return this.report({ kind: "rejected-more", documents: report.documents })
      case "rejected-there": {
        this.#count("rejectedThere")
        const { document, reason, message } = report.reject
        return this.report({ kind: "rejected", where: "there", document, reason, message })
      }
    }
  }

  #greeted({ epoch }: HelloFrame): void {
    if (this.#session === undefined) return
    const { read, write, id } = this.#session.grant
    this.#grant = { read, write, byRule: id !== undefined }
    this.sync.greeted(read, epoch)
  }

  #count(what: Exclude<keyof LinkMetrics, "levels">, times = 1): void {
    this.#past = { ...this.#past, [what]: this.#past[what] + times }
  }
}

function linkClosed(name: string, closed?: Closed): Error {
  const why = closed === undefined ? "" : `: ${closed.message}`
  return coreError("link-closed", `the link to ${name} is closed${why}`, {
    details: { closeReason: closed?.reason ?? "closed" }
  })
}

/** What a link is remembered under: other collections are another matter. */
function memoryName({ rememberedAs }: LinkSettings, scope: SyncScope): string | undefined {
  return rememberedAs === undefined ? undefined : JSON.stringify([rememberedAs, scope])
}
