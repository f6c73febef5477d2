import type { Closed, Connection } from "../link/transport.ts"
import type { AttachedLine } from "../presence/presence-hook.ts"
import type { LogEnd } from "../store/store.ts"
import { AckedLog } from "./acked-log.ts"
import { summarizeUnits } from "./combined-root.ts"
import type { ChannelCounts } from "./frame-channel.ts"
import { FrameChannel } from "./frame-channel.ts"
import type { HelloFrame, VersionsEntry } from "./frame.ts"
import { endOf, Incoming } from "./incoming.ts"
import { KeepAlive } from "./keep-alive.ts"
import type { LinkGrant } from "./link-grant.ts"
import { Outgoing } from "./outgoing.ts"
import { SessionGrant } from "./session-grant.ts"
import type { SessionOptions } from "./session-options.ts"
import { RoundLimit } from "./round-limit.ts"
import { SessionTimers } from "./session-timers.ts"
import { attachPresence } from "./attach-presence.ts"
import { checkCursor, claimOf, makeHello, standingOf, takeRoot } from "./session-answers.ts"
import type { SyncEffect } from "./sync-effect.ts"
import { type SyncEvent, wireEvent } from "./sync-event.ts"
import type { SyncHost } from "./sync-host.ts"
import { frameOverhead } from "./sync-limits.ts"
import { transition } from "./sync-machine.ts"
import type { SyncState } from "./sync-state.ts"
import { initialSyncState } from "./sync-state.ts"
import { LateReconciler } from "./reconcile/late-reconciler.ts"
import { splitEntries } from "./version-entries.ts"

/** Performs for one connection what the machine decides: frames, timers, reads and writes of the replica. */
export class SyncSession {
  readonly #host: SyncHost
  readonly #options: SessionOptions
  readonly #channel: FrameChannel
  readonly #outgoing: Outgoing
  readonly #incoming: Incoming
  #reconciler: LateReconciler | undefined
  readonly #keepAlive: KeepAlive
  readonly #acked = new AckedLog()
  readonly #grant: SessionGrant
  #presence: AttachedLine | undefined
  readonly #timers: SessionTimers
  readonly #events: SyncEvent[] = []
  #dispatching = false
  #ended = false
  #state: SyncState

  constructor(host: SyncHost, connection: Connection, options: SessionOptions) {
    const { limits, origin, memory, role } = options
    this.#host = host
    this.#options = options
    this.#state = initialSyncState(role, limits, memory.partial)
    this.#grant = new SessionGrant(host, options, {
      onEvent: event => this.#dispatch(event),
      onReport: options.onReport,
      onWants: entries => this.#want(entries)
    })
    this.#outgoing = new Outgoing(host, origin, limits, {
      onWork: () => this.#dispatch({ kind: "work" }),
      onFoundDone: () => this.#dispatch({ kind: "found-done" }),
      onWants: entries => this.#want(entries),
      onWantsDone: count => this.#dispatch({ kind: "wants-done", count }),
      onRefused: documents => this.#dispatch({ kind: "refuse-writes", documents }),
      onWithheld: document => this.#grant.withheld(document),
      onUnsendable: (document, reason, message) =>
        options.onReport({ kind: "rejected-there", reject: { kind: "reject", document, reason, message } }),
      onViolation: message => this.#break(message)
    })
    this.#incoming = new Incoming(host, origin, limits, memory, {
      onApplied: applied => this.#dispatch({ kind: "applied", ...applied }),
      onDocuments: documents => {
        this.#grant.arrived(documents)
        options.onDocuments(documents.size)
      },
      onLimited: options.onLimited,
      onViolation: message => this.#break(message),
      onFailed: message => this.#dispatch({ kind: "failed", message })
    })
    this.#keepAlive = new KeepAlive(host.ports.timers, {
      intervalMs: limits.pingIntervalMs,
      timeoutMs: limits.pingTimeoutMs,
      said: () => this.#channel.counts.framesOut,
      onQuiet: () => this.#dispatch({ kind: "quiet" }),
      onSilent: () => this.#dispatch({ kind: "silent" }),
      onMute: () => this.#dispatch({ kind: "mute" })
    })
    this.#timers = new SessionTimers(host.ports, name => this.#dispatch({ kind: name }))
    this.#channel = new FrameChannel(connection, this.#listen(), limits)
    this.#keepAlive.start()
    this.#dispatch({ kind: "started" })
  }

  /** Frames and bytes so far. */
  get counts(): Readonly<ChannelCounts> {
    return this.#channel.counts
  }

  /** What may be synced; before the greeting, what is asked for. */
  get grant(): LinkGrant {
    return this.#grant.grant
  }

  /** Asks for a comparison of roots as of now; reported as `verified`. */
  requestSync(): void {
    this.#outgoing.flush()
    this.#dispatch({ kind: "sync-requested" })
  }

  /** Decides anew about the peer. Fulfilled when that is done. */
  async reauthorize(): Promise<void> {
    const outcome = await this.#grant.readmit()
    if (outcome !== undefined) this.#dispatch(outcome)
  }

  /** Ends the connection. */
  close(closed: Closed): void {
    this.#dispatch({ kind: "close-requested", closed })
  }

  #listen(): ConstructorParameters<typeof FrameChannel>[1] {
    const rounds = new RoundLimit(this.#host.ports.time)
    return {
      onFrame: (frame, size) => {
        this.#keepAlive.heard()
        if (rounds.takes(frame)) this.#dispatch(wireEvent(frame, size))
        else this.#break("comparisons are begun over and over")
      },
      onBroken: closed => this.#dispatch({ kind: "broken", closed }),
      onLost: closed => this.#dispatch({ kind: "lost", closed })
    }
  }

  #break(message: string): void {
    this.#dispatch({ kind: "broken", closed: { reason: "protocol-violation", message } })
  }

  /** Events raised while effects are performed wait for their turn: effects of one step stay together. */
  #dispatch(event: SyncEvent): void {
    this.#events.push(event)
    if (this.#dispatching) return
    this.#dispatching = true
    for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift())
      try {
        this.#handle(next)
      } catch (error) {
        this.#fail(error)
      }
    this.#dispatching = false
  }

  /** What goes wrong on this side ends the connection. With effects left undone it would be there, and silent, for ever. */
  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    this.#host.ports.logger.warn("a sync session failed", { message })
    // Where the machine is over already, it was the way to its end that failed.
    if (this.#state.phase === "closed") this.#end({ reason: "internal", message }, true)
    else this.#dispatch({ kind: "failed", message })
  }

  #handle(event: SyncEvent): void {
    const before = this.#state.phase
    const { state, effects } = transition(this.#state, event)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    this.#presence ??= this.#attachPresence()
    this.#options.onAcknowledged(this.#acked.update(state.outgoing))
    if (state.phase !== before) this.#options.onPhase(state.phase)
  }

  #perform(effect: SyncEffect): void {
    switch (effect.kind) {
      case "send":
        this.#acked.sent(effect.frame)
        return this.#channel.send(effect.frame)
      case "close":
        return this.#end(effect.closed, effect.tell)
      case "prepare":
        return this.#answer(this.#prepare(effect.peer))
      case "compute-units":
        return this.#answer(this.#computeUnits(effect.withCursor))
      case "check-cursor":
        return this.#answer(checkCursor(this.#host, effect.cursor))
      case "plan":
        return this.#outgoing.plan(effect.plan, this.#grant.gate, {
          maxPayloadBytes: this.#state.peer?.maxPayloadBytes ?? 0,
          smallBytes: this.#state.outgoing.smallBytes,
          partial: effect.partial
        })
      case "pump":
        return this.#answer(this.#pump())
      case "bulk-sent":
        return this.#outgoing.bulkSent()
      case "deliver":
        return this.#incoming.deliver(effect.payload)
      case "reconcile":
        return this.#reconcile(effect)
      case "take-message":
        return this.#reconciler?.take(effect.frame)
      case "take-found":
        return this.#takeFound(effect)
      case "pace":
        return this.#reconciler?.pace(effect.unanswered, effect.openWants)
      case "exchanged":
        return this.#outgoing.exchanged()
      case "serve-wants":
        return this.#outgoing.want(effect.entries)
      case "compute-root":
        return this.#answer(this.#takeRoot())
      case "look-up":
        return this.#answer(standingOf(this.#host, this.#grant.gate, effect.documents, this.#maxContentBytes))
      case "take-standing":
        return this.#grant.takeStanding(effect.entries)
      case "get-credentials":
        return this.#answer(this.#getCredentials())
      case "readmit":
        return this.#answer(this.#grant.renew(effect.credentials))
      case "extend":
        return this.#outgoing.extend(effect.end)
      case "verified":
        this.#options.memory.views.closeUnits()
        this.#beginIncoming(undefined)
        return this.#incoming.verified(effect.end)
      case "timer":
        return this.#timers.schedule(effect)
      case "cancel":
        return this.#timers.cancel(effect.name)
      case "report":
        this.#grant.hear(effect.report)
        return this.#options.onReport(effect.report)
      case "presence":
        return this.#presence?.receive(effect.entries, effect.size)
    }
  }

  /** Hands an effect's answer to the machine; what fails there is this side's failure. */
  #answer(answer: Promise<SyncEvent | undefined | void>): void {
    void this.#dispatchAnswer(answer)
  }

  async #dispatchAnswer(answer: Promise<SyncEvent | undefined | void>): Promise<void> {
    try {
      const event = await answer
      if (event !== undefined) this.#dispatch(event)
    } catch (error) {
      this.#fail(error)
    }
  }

  async #prepare(peer: HelloFrame | undefined): Promise<SyncEvent | undefined> {
    const { limits, credentials, memory } = this.#options
    if (peer !== undefined) {
      const closed = await this.#grant.admit(peer)
      if (closed !== undefined) return { kind: "refused", closed }
    }
    await memory.ready
    const shown = peer === undefined ? await credentials() : undefined
    if (this.#ended) return undefined
    const end = this.#outgoing.start()
    const { keptUnder } = this.#grant
    const units = await this.#grant.roots()
    const hello = makeHello(this.#host, end, { grant: this.grant, units, limits, credentials: shown })
    // After the end nobody would put it back.
    const partial = this.#ended ? undefined : this.#grant.takePartial()
    return {
      kind: "prepared",
      hello,
      ...(keptUnder === undefined ? {} : { keptUnder }),
      ...(partial === undefined ? {} : { partial })
    }
  }

  /** Where there are none to be had, the connection goes on until the old ones end, and they are tried for until then. */
  async #getCredentials(): Promise<SyncEvent> {
    try {
      return { kind: "credentials", credentials: await this.#options.credentials() }
    } catch (error) {
      const { logger } = this.#host.ports
      logger.warn("newer credentials could not be had; they are asked for again", { error: String(error) })
      return { kind: "no-credentials" }
    }
  }

  async #computeUnits(withCursor: boolean): Promise<SyncEvent> {
    const { peer, round } = this.#state
    if (round.number > 0) this.#grant.forget()
    await this.#grant.settleStanding(peer?.maxFrameBytes ?? 0)
    const summaries = summarizeUnits(await this.#grant.roots())
    const key = this.#options.role === "acceptor" ? { key: this.#host.unitKey } : {}
    const units = { units: summaries, ...key }
    if (!withCursor || peer === undefined) return { kind: "units-ready", ...units }
    const saved = await this.#host.peerCursor(this.#grant.cursorName(peer.epoch))
    this.#beginIncoming(saved?.position, { end: endOf(saved) })
    return {
      kind: "units-ready",
      ...units,
      ...(saved === undefined ? {} : { cursor: claimOf(saved, this.#options.memory) })
    }
  }

  async #takeRoot(): Promise<SyncEvent> {
    await this.#grant.settleStanding(this.#state.peer?.maxFrameBytes ?? 0)
    const taken = await takeRoot(this.#host, () => this.#grant.roots())
    // Who asked meanwhile how something stands is answered by a younger root.
    return this.#grant.isSettled ? taken : { kind: "root-stale" }
  }

  get #maxContentBytes(): number {
    return (this.#state.peer?.maxFrameBytes ?? 0) - 2 * frameOverhead
  }

  #reconcile({ units, floor, key }: Extract<SyncEffect, { readonly kind: "reconcile" }>): void {
    const { limits, role, memory, onReport } = this.#options
    this.#reconciler?.stop()
    this.#reconciler = new LateReconciler({
      host: this.#host,
      role,
      units,
      floor,
      key: key ?? this.#host.unitKey,
      views: memory.views,
      scope: this.#grant.view,
      gate: this.#grant.gate,
      pageEntries: limits.pageEntries,
      maxFrameBytes: Math.min(limits.maxFrameBytes, this.#state.peer?.maxFrameBytes ?? 0),
      listener: {
        onMessage: frame => this.#dispatch({ kind: "message", frame }),
        onFound: frame => this.#dispatch({ kind: "found-ready", frame }),
        onReport,
        onViolation: message => this.#break(message),
        onFailed: message => this.#dispatch({ kind: "failed", message })
      }
    })
  }

  #takeFound({ frame, collection }: Extract<SyncEffect, { readonly kind: "take-found" }>): void {
    const reconciler = this.#reconciler
    if (reconciler === undefined) return
    reconciler.hear(frame)
    this.#outgoing.found({ frame, collection, resolve: () => reconciler.documentsOf(frame) })
  }

  #want(entries: readonly VersionsEntry[]): void {
    for (const list of splitEntries(entries, this.#maxContentBytes))
      this.#dispatch({ kind: "wants", entries: list })
  }

  async #pump(): Promise<SyncEvent> {
    const item = await this.#outgoing.next()
    return item.kind === "drained" ? item : { kind: "offer", payload: item }
  }

  #beginIncoming(base: number | undefined, stored?: { readonly end: LogEnd | undefined }): void {
    const { peer } = this.#state
    if (peer === undefined) return
    const { maxFrameBytes } = peer
    const { takes, takesAny } = this.#grant.gate
    const { intake } = this.#grant
    const epoch = this.#grant.cursorName(peer.epoch)
    this.#incoming.begin({ epoch, takes, takesAny, intake, base, maxFrameBytes }, stored)
  }

  /** Once both sides know each other. */
  #attachPresence(): AttachedLine | undefined {
    const { peer, phase } = this.#state
    const { presence } = this.#host
    if (presence === undefined || peer === undefined) return undefined
    if (phase === "greeting" || phase === "admitting" || phase === "closed") return undefined
    return attachPresence(presence, peer, this.#channel, this.#grant.gate)
  }

  #end(closed: Closed, tell: boolean): void {
    if (this.#ended) return
    this.#ended = true
    const { assembly, partial } = this.#state.incoming
    this.#grant.leavePartial(assembly?.head.kind === "snapshot" ? assembly : partial)
    const parts = [
      this.#keepAlive,
      this.#timers,
      this.#grant,
      this.#outgoing,
      this.#incoming,
      this.#reconciler
    ]
    this.#each([
      ...parts.map(part => () => part?.stop()),
      () => this.#presence?.detach(),
      () => this.#channel.close(closed, tell),
      () => this.#options.onClosed(closed)
    ])
  }

  /** All of them, whichever fails: what is left running would go on for a connection that is no more. */
  #each(tasks: readonly (() => void)[]): void {
    for (const task of tasks)
      try {
        task()
      } catch (error) {
        this.#host.ports.logger.warn("a sync session did not end cleanly", { error: String(error) })
      }
  }
}
