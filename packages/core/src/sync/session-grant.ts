import type { DocumentId } from "../document/document-id.ts"
import type { Closed } from "../link/transport.ts"
import type { HelloFrame, StandingEntry, VersionsEntry } from "./frame.ts"
import type { IntakeLimit } from "./intake-limit.ts"
import type { KeptDocuments } from "./kept-documents.ts"
import { KeptStanding } from "./kept-standing.ts"
import type { Gate, LinkGrant } from "./link-grant.ts"
import { cursorName, grantedGate, grantIn, grantingGate } from "./link-grant.ts"
import { isNotGranted, notGranted } from "./not-granted.ts"
import { Renewal } from "./renewal.ts"
import type { PartialPlace, ResumeMemory } from "./resume-memory.ts"
import type { ScopeView } from "./scope-view.ts"
import type { SyncReport } from "./sync-effect.ts"
import type { EventOf, SyncEvent } from "./sync-event.ts"
import type { SyncHost, UnitRoot } from "./sync-host.ts"
import type { SyncLimits } from "./sync-limits.ts"
import { type SyncScope, intersectScopes } from "./sync-scope.ts"
import type { Assembly, SyncRole } from "./sync-state.ts"

/**
 * How the acceptor decides about a dialer. Why not is told to it. `expiresAt`: milliseconds since 1970; `intake`: what it may bring,
 * where that is not the link's own matter.
 */
export type Admission =
  | {
      readonly grant: LinkGrant
      readonly expiresAt?: number | undefined
      readonly intake?: IntakeLimit | undefined
    }
  | { readonly closed: Closed }

/** What a connection is granted by, and to. */
interface GrantOptions {
  readonly role: SyncRole
  readonly limits: SyncLimits
  readonly memory: ResumeMemory
  readonly scope: SyncScope
  readonly intake: IntakeLimit
  readonly admit: (hello: HelloFrame) => Promise<Admission>
}

interface GrantListener {
  onEvent(event: SyncEvent): void
  onReport(report: SyncReport): void
  onWants(entries: readonly VersionsEntry[]): void
}

/** What one connection may do: asked for by the dialing side, decided by the other, kept to by both. It never changes. */
export class SessionGrant {
  readonly #host: SyncHost
  readonly #options: GrantOptions
  readonly #listener: GrantListener
  readonly #standing: KeptStanding
  readonly #renewal: Renewal
  /** Before the greeting, what the dialing side asks for. */
  #grant: LinkGrant
  #gate: Gate
  #view: ScopeView
  #applicant: HelloFrame | undefined
  #intake: IntakeLimit
  /** The accepting side, once the peer was let in. */
  #partialPlace: PartialPlace | undefined
  /** How often it was asked to decide anew while nothing was decided yet. */
  #overtaken = 0
  /** How often it was asked to decide anew after that, and the latest of these questions that was answered. */
  #asked = 0
  #decided = 0
  /** When what was granted ends, until the sides know each other: who is not greeted cannot be asked for anything. */
  #expiresAt: number | undefined
  #isGreeted = false
  #isStopped = false
  #cancelQuestion: () => void = () => {}

  constructor(host: SyncHost, options: GrantOptions, listener: GrantListener) {
    const { scope, memory } = options
    this.#host = host
    this.#options = options
    this.#listener = listener
    this.#intake = options.intake
    this.#intake.hold()
    this.#grant = { read: scope, write: scope }
    this.#gate = grantedGate(this.#grant, () => false)
    this.#view = memory.views.scope(host, scope)
    this.#standing = new KeptStanding(host, memory.kept, {
      onAsk: documents => {
        this.#awaitStanding()
        listener.onEvent({ kind: "ask-about", documents })
      },
      onWants: entries => listener.onWants(entries),
      onKept: document =>
        listener.onReport({ kind: "rejected-there", reject: { kind: "reject", ...notGranted(document) } })
    })
    this.#renewal = new Renewal(host.ports, {
      onSoon: inMs => listener.onEvent({ kind: "expires-soon", inMs }),
      onExpired: () =>
        listener.onEvent({
          kind: "close-requested",
          closed: {
            reason: "expired",
            message: "the credentials hold no longer, and were not renewed in time"
          }
        })
    })
  }

  get grant(): LinkGrant {
    return this.#grant
  }

  get gate(): Gate {
    return this.#gate
  }

  /** What the peer may bring a second. */
  get intake(): IntakeLimit {
    return this.#intake
  }

  /** What is compared. */
  get view(): ScopeView {
    return this.#view
  }

  /** Roots as they are compared: where something is kept apart, as the other side has it. */
  roots(): Promise<readonly UnitRoot[]> {
    return this.#view.roots(this.#kept.substitutes)
  }

  /** Under which grant that is, where something is kept apart. */
  get keptUnder(): string | undefined {
    const { substitutes, grant } = this.#kept
    return substitutes.size > 0 ? grant : undefined
  }

  /** Under which name it is kept how far this side is in the log of a store. */
  cursorName(epoch: string): string {
    return cursorName(epoch, this.#grant)
  }

  /** Decides about who asks to be let in. Says why not. */
  async admit(applicant: HelloFrame): Promise<Closed | undefined> {
    let admission: Admission
    let overtaken: number
    do {
      overtaken = this.#overtaken
      admission = await this.#options.admit(applicant)
      // What it was decided by may have changed since.
    } while (overtaken !== this.#overtaken && "grant" in admission)
    if ("closed" in admission) return admission.closed
    this.#applicant = applicant
    this.#partialPlace = this.#options.memory.partialOf?.(applicant)
    const grant = within(applicant, admission.grant)
    this.#enforce(grant, grantingGate(grant))
    this.#takeFrom(admission.intake ?? this.#options.intake)
    this.#endsAt(admission.expiresAt)
    return undefined
  }

  /** Decides anew, by these credentials. They are what was shown last, whatever comes of it: who is refused by them is let go. */
  renew(credentials: Uint8Array | undefined): Promise<EventOf<"readmitted"> | undefined> {
    if (this.#applicant !== undefined) {
      const { credentials: _, ...rest } = this.#applicant
      this.#applicant = credentials === undefined ? rest : { ...rest, credentials }
    }
    return this.readmit()
  }

  /** Decides anew, by the credentials that were shown last. */
  async readmit(): Promise<EventOf<"readmitted"> | undefined> {
    const applicant = this.#applicant
    if (applicant === undefined) {
      this.#overtaken++
      return undefined
    }
    const number = ++this.#asked
    const admission = await this.#options.admit(applicant)
    // Answers may come in any order. What was asked later is known better; by what was shown later it is about to be decided.
    if (this.#isStopped || number < this.#decided || applicant !== this.#applicant) return undefined
    this.#decided = number
    if ("closed" in admission) return { kind: "readmitted", closed: admission.closed }
    const isSame = cursorName("", within(applicant, admission.grant)) === cursorName("", this.#grant)
    if (!isSame)
      return {
        kind: "readmitted",
        closed: { reason: "regrant", message: "what the link may sync changed; it greets anew" }
      }
    this.#takeFrom(admission.intake ?? this.#options.intake)
    this.#endsAt(admission.expiresAt)
    return { kind: "readmitted", closed: undefined }
  }

  /** What is reported means something here, too. */
  hear(report: SyncReport): void {
    if (this.#options.role === "acceptor") {
      if (report.kind === "greeted") this.#greeted()
      return
    }
    if (report.kind === "greeted") this.#granted(report.hello)
    else if (report.kind === "rejected-there" && isNotGranted(report.reject)) {
      const { document } = report.reject
      if (this.#gate.reads(document)) this.#kept.refuse(document)
    }
  }

  /** Something of a document is here that is not sent. */
  withheld(document: DocumentId): void {
    if (this.#options.role === "dialer" && this.#gate.reads(document)) this.#kept.withhold(document)
  }

  /** The peer sent something of these. */
  arrived(documents: Iterable<DocumentId>): void {
    for (const document of documents) this.#kept.arrived(document)
  }

  /** Roots were unequal: what was learned of the other side is asked for again. */
  forget(): void {
    this.#kept.forget()
  }

  /** Fulfilled when it is known how what is kept apart stands there. */
  settleStanding(maxFrameBytes: number): Promise<void> {
    return this.#standing.settle(maxFrameBytes)
  }

  /** Whether that is known of all of it. */
  get isSettled(): boolean {
    return this.#kept.unknown.size === 0
  }

  /** What an earlier connection of whom was let in left of a snapshot. It has to be left again. */
  takePartial(): Assembly | undefined {
    return this.#partialPlace?.take()
  }

  /** What the next connection may go on with. */
  leavePartial(partial: Assembly | undefined): void {
    if (this.#partialPlace === undefined) this.#options.memory.partial = partial
    // Who has none leaves there what another connection did, or what it did not get to take.
    else if (partial !== undefined) this.#partialPlace.put(partial)
  }

  takeStanding(entries: readonly (StandingEntry | undefined)[]): void {
    this.#cancelQuestion()
    this.#standing.answer(entries)
  }

  stop(): void {
    if (!this.#isStopped) this.#intake.release()
    this.#isStopped = true
    this.#cancelQuestion()
    this.#standing.stop()
    this.#renewal.stop()
  }

  /** Each question has its own time: a thousand documents take several. */
  #awaitStanding(): void {
    const closed = { reason: "timeout", message: "the peer does not say how documents stand there" } as const
    this.#cancelQuestion = this.#host.ports.timers.schedule(this.#options.limits.stallTimeoutMs, () =>
      this.#listener.onEvent({ kind: "broken", closed })
    )
  }

  #greeted(): void {
    this.#isGreeted = true
    this.#endsAt(this.#expiresAt)
  }

  #takeFrom(intake: IntakeLimit): void {
    if (this.#isStopped) return
    intake.hold()
    this.#intake.release()
    this.#intake = intake
  }

  #endsAt(expiresAt: number | undefined): void {
    this.#expiresAt = expiresAt
    if (this.#isGreeted) this.#renewal.until(expiresAt)
  }

  get #kept(): KeptDocuments {
    return this.#options.memory.kept
  }

  #granted(hello: HelloFrame): void {
    const kept = this.#kept
    const grant = grantIn(hello)
    this.#enforce(
      grant,
      grantedGate(grant, document => kept.isRefused(document))
    )
    // Equal roots were no answer then: what was kept apart may be allowed now. And they ask nothing: what nobody knows to stand
    // otherwise there may have become the same.
    const isStale = kept.begin(cursorName(hello.epoch, grant))
    if (isStale || kept.unknown.size > 0) this.#listener.onEvent({ kind: "retry" })
  }

  #enforce(grant: LinkGrant, gate: Gate): void {
    this.#grant = grant
    this.#gate = gate
    this.#view = this.#options.memory.views.scope(this.#host, grant.read, grant.rule)
  }
}

/** What was granted of what was asked for. */
function within(applicant: HelloFrame, grant: LinkGrant): LinkGrant {
  const read = intersectScopes(applicant.scope, grant.read)
  return { ...grant, read, write: intersectScopes(read, grant.write) }
}
