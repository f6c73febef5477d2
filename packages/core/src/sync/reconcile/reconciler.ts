import { isSynclineError } from "@syncline/clock"
import type { DocumentId } from "../../document/document-id.ts"
import type { FoundFrame, ReconcileFrame } from "../frame.ts"
import type { LevelOutcome, SyncReport } from "../sync-effect.ts"
import type { Gate } from "../link-grant.ts"
import type { ScopeView } from "../scope-view.ts"
import type { SyncHost } from "../sync-host.ts"
import { frameOverhead, maxOpenUnits } from "../sync-limits.ts"
import type { UnitView } from "../unit-view.ts"
import { unitVersions } from "../unit-versions.ts"
import { type Dialogue, mayBegin, mayHear, newDialogue } from "./dialogue.ts"
import { FoundTeller } from "./found-teller.ts"
import { type DifferentUnit, firstLevel, type SyncLevel, nextLevel } from "./level.ts"
import type { LevelFailure, LevelFindings, LevelLimits, LevelStep } from "./level-session.ts"
import { beginLevel, maxCellsIn, stepLevel } from "./level-session.ts"
import type { UnitViews } from "./unit-views.ts"

/** What a reconciler tells the session. */
interface ReconcilerListener {
  onMessage(frame: ReconcileFrame): void
  onFound(frame: FoundFrame): void
  onReport(report: SyncReport): void
  /** The peer breaks the protocol. */
  onViolation(message: string): void
  /** This side failed. */
  onFailed(message: string): void
}

/** What a round is reconciled with. */
export interface ReconcilerOptions {
  readonly host: SyncHost
  readonly role: "dialer" | "acceptor"
  readonly units: readonly DifferentUnit[]
  readonly floor: SyncLevel
  readonly key: Uint8Array
  readonly views: UnitViews
  readonly scope: ScopeView
  readonly gate: Gate
  readonly pageEntries: number
  /** What both sides take. */
  readonly maxFrameBytes: number
  readonly listener: ReconcilerListener
}

/** A level may be begun anew when a set changed too much meanwhile; after that the next one is tried. */
const maxBegins = 3

/** Documents a peer may say it has, where that bounds what is done for it. */
const maxTold = 2 ** 22

/** Finds out with the peer, unit by unit, what differs in a round, and tells what this side found. The dialing side leads. */
export class Reconciler {
  readonly #options: ReconcilerOptions
  readonly #teller: FoundTeller
  readonly #dialogues = new Map<number, Dialogue>()
  readonly #used = new Map<number, UnitView>()
  readonly #maxBytes: number
  #next = 0
  #open = 0
  #isStopped = false

  constructor(options: ReconcilerOptions) {
    this.#options = options
    this.#maxBytes = options.maxFrameBytes - frameOverhead
    this.#teller = new FoundTeller(options.host, options, frame => this.#told(frame))
    if (options.role === "dialer") this.#beginNext()
  }

  /** A message of the peer's. */
  take(frame: ReconcileFrame): void {
    const { unit, level, step, message } = frame
    if (step === "begin") return this.#answerBegin(frame)
    const dialogue = this.#dialogues.get(unit)
    if (dialogue?.turn !== "theirs" || dialogue.level !== level || level === "list")
      return this.#violation(`a message about unit ${unit} came out of turn`)
    dialogue.turn = "ours"
    if (step === "next") this.#run(this.#step(unit, level, dialogue, message))
    else this.#fail(unit, dialogue, step === "changed" ? "changed" : "inconsistent")
  }

  /** A finding of the peer's came. */
  hear({ unit, level, last }: FoundFrame): void {
    const { role } = this.#options
    const dialogue = this.#dialogues.get(unit) ?? newDialogue(level)
    if (!mayHear(dialogue, role, level))
      return this.#violation(`findings about unit ${unit} came out of turn`)
    if (!this.#dialogues.has(unit) && !this.#add(unit, dialogue)) return
    if (!last) return
    this.#report(level, "decoded")
    this.#end(unit, dialogue)
  }

  /** The documents of ours that a finding of the peer's names. */
  async documentsOf({ unit, level, only }: FoundFrame): Promise<readonly DocumentId[]> {
    if (only.length === 0) return []
    const view = await this.#view(unit)
    return level === "merkle" ? view.documentsAt(only) : view.documentsWith(only)
  }

  /** See `FoundTeller`. */
  pace(unanswered: number, openWants: number): void {
    this.#teller.pace(unanswered, openWants)
  }

  stop(): void {
    this.#isStopped = true
    this.#teller.stop()
    for (const view of this.#used.values()) view.dropRanges()
  }

  #beginNext(): void {
    const { units, floor } = this.#options
    while (this.#open < maxOpenUnits && this.#next < units.length && !this.#isStopped) {
      const unit = this.#next++
      const level = firstLevel(this.#unit(unit), floor, maxCellsIn(this.#maxBytes))
      const dialogue = newDialogue(level)
      this.#add(unit, dialogue)
      this.#run(this.#begin(unit, dialogue, level))
    }
  }

  async #begin(unit: number, dialogue: Dialogue, level: SyncLevel): Promise<void> {
    dialogue.begun = dialogue.level === level ? dialogue.begun + 1 : 1
    dialogue.level = level
    dialogue.turn = "ours"
    this.#report(level, "used")
    if (level === "list") return this.#beginList(unit, dialogue)
    const step = await beginLevel(level, await this.#view(unit), this.#limits(unit))
    this.#act(unit, dialogue, "begin", step)
  }

  /** Who has fewer documents lists them. */
  #beginList(unit: number, dialogue: Dialogue): Promise<void> | undefined {
    const { ours = 0, theirs = 0 } = this.#unit(unit)
    if (ours <= theirs) return this.#list(unit)
    this.#say(unit, dialogue, "begin", new Uint8Array())
    return undefined
  }

  #answerBegin({ unit, level, message }: ReconcileFrame): void {
    const before = this.#dialogues.get(unit)
    const dialogue = before ?? newDialogue(level)
    if (!mayBegin(dialogue, level, maxBegins))
      return this.#violation(`the reconciliation of unit ${unit} begins out of turn`)
    if (before === undefined && !this.#add(unit, dialogue)) return
    const begun = dialogue.level === level ? dialogue.begun + 1 : 1
    Object.assign(dialogue, { level, begun, turn: "ours", session: undefined })
    this.#report(level, "used")
    this.#run(level === "list" ? this.#list(unit) : this.#step(unit, level, dialogue, message))
  }

  async #step(
    unit: number,
    level: Exclude<SyncLevel, "list">,
    dialogue: Dialogue,
    message: Uint8Array
  ): Promise<void> {
    const view = await this.#view(unit)
    const step = await stepLevel(level, view, this.#limits(unit), dialogue.session, message)
    this.#act(unit, dialogue, "next", step)
  }

  #act(unit: number, dialogue: Dialogue, kind: "begin" | "next", step: LevelStep): void {
    if (this.#isStopped) return
    const { message, findings, failure } = step
    dialogue.session = step.next
    if (findings !== undefined) return this.#run(this.#tell(unit, dialogue.level, findings))
    // The acceptor's last word at this level says itself that it gives up.
    const isTold = failure !== undefined && message !== undefined && this.#options.role === "acceptor"
    if (failure !== undefined && !isTold) return this.#fail(unit, dialogue, failure)
    if (failure !== undefined) this.#report(dialogue.level, failure)
    if (message === undefined) dialogue.turn = "theirs"
    else this.#say(unit, dialogue, kind, message)
  }

  /** A level did not do: the dialing side goes on, the other one says so. */
  #fail(unit: number, dialogue: Dialogue, failure: LevelFailure): void {
    const { level } = dialogue
    this.#report(level, failure)
    if (this.#options.role === "acceptor")
      return this.#say(unit, dialogue, failure === "changed" ? "changed" : "failed", new Uint8Array())
    const again = failure === "changed" && dialogue.begun < maxBegins
    const next = again ? level : nextLevel(level)
    if (next === undefined) return this.#violation(`the peer cannot compare trees of unit ${unit}`)
    if (!again) this.#options.listener.onReport({ kind: "fell-through", to: next })
    this.#run(this.#begin(unit, dialogue, next))
  }

  async #tell(unit: number, level: SyncLevel, { ours, theirs }: LevelFindings): Promise<void> {
    const view = await this.#view(unit)
    const documents = await (level === "merkle" ? view.documentsAt(ours) : view.documentsWith(ours))
    await this.#teller.tell({ unit, level, only: theirs, documents, last: true })
  }

  async #list(unit: number): Promise<void> {
    const { host, pageEntries, gate, role } = this.#options
    const { collection } = this.#unit(unit)
    const documents: DocumentId[] = []
    let after: DocumentId | undefined
    do {
      const { entries, next } = await unitVersions(host, collection, after, pageEntries)
      // What we may not send is told all the same: it may be behind here.
      for (const { document } of entries)
        if (role === "dialer" || gate.sends(document)) documents.push(document)
      after = next
    } while (after !== undefined)
    await this.#teller.tell({ unit, level: "list", only: [], documents, last: true })
  }

  #told(frame: FoundFrame): void {
    const dialogue = this.#dialogues.get(frame.unit)
    if (dialogue === undefined) return
    this.#options.listener.onFound(frame)
    if (!frame.last) return
    this.#report(frame.level, "decoded")
    this.#end(frame.unit, dialogue)
  }

  #end(unit: number, dialogue: Dialogue): void {
    if (dialogue.level === "ranges") this.#used.get(unit)?.dropRanges()
    dialogue.turn = "told"
    dialogue.session = undefined
    this.#open--
    if (this.#options.role === "dialer") this.#beginNext()
  }

  #add(unit: number, dialogue: Dialogue): boolean {
    this.#dialogues.set(unit, dialogue)
    this.#open++
    if (this.#open <= maxOpenUnits) return true
    this.#violation(`more than ${maxOpenUnits} units are reconciled at a time`)
    return false
  }

  #say(unit: number, dialogue: Dialogue, step: ReconcileFrame["step"], message: Uint8Array): void {
    dialogue.turn = "theirs"
    this.#options.listener.onMessage({ kind: "reconcile", unit, level: dialogue.level, step, message })
  }

  async #view(unit: number): Promise<UnitView> {
    const { views, scope, key } = this.#options
    const view = await views.open(scope, this.#unit(unit).collection, key)
    this.#used.set(unit, view)
    return view
  }

  #limits(unit: number): LevelLimits {
    const { ours = 0, theirs = maxTold } = this.#unit(unit)
    return { maxBytes: this.#maxBytes, documents: ours + Math.min(theirs, maxTold) }
  }

  #unit(unit: number): DifferentUnit {
    return this.#options.units[unit] ?? { collection: "", ours: 0, theirs: 0 }
  }

  #report(level: SyncLevel, outcome: LevelOutcome): void {
    this.#options.listener.onReport({ kind: "reconciled", level, outcome })
  }

  #violation(message: string): void {
    if (!this.#isStopped) this.#options.listener.onViolation(message)
  }

  #run(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) => {
      if (this.#isStopped) return
      const message = error instanceof Error ? error.message : String(error)
      const isTheirs = isSynclineError(error) && /^(set|merkle|codec|bytes)-/.test(error.code)
      if (isTheirs) this.#violation(message)
      else this.#options.listener.onFailed(message)
    })
  }
}
