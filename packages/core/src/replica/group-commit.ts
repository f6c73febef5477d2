import { SynclineError } from "@syncline/clock"
import type { CoreErrorCode } from "../errors/core-error.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import type { LogEnd, StoreSession, ValueWrite } from "../store/store.ts"
import type { DurableGroup } from "../sync/sync-host.ts"
import { CommitReceipt } from "./commit-receipt.ts"
import type { DocumentState } from "./document-state.ts"
import { originOf, type PreparedShare, prepareShare, type Share, takeShare } from "./prepare-share.ts"
import { type GivenValues, givenWithCommits, ValueOrder } from "./value-order.ts"

/** Small values to be written with the last commits of a batch, or alone. */
interface AttachedValues {
  readonly given: GivenValues
  readonly origin: object | undefined
  readonly states: ReadonlySet<DocumentState>
  readonly receipt: CommitReceipt
}

/** A document an append wrote, with the digest it has now. */
export interface WrittenDocument {
  readonly state: DocumentState
  readonly digest: Uint8Array
}

/** What the writer needs of the replica around it. */
export interface GroupCommitHooks {
  /** Values which this append must carry: a freshly minted identity, with the first commit made here. */
  readonly firstValues: (hasLocalCommits: boolean) => readonly ValueWrite[]
  /** After an append is durable and before anybody is told: the witness. Must not throw, nor reject. */
  readonly onWritten: (end: LogEnd, hasLocalCommits: boolean) => void | Promise<void>
  /** After an append that wrote documents. Must not throw. */
  readonly onDurable: (group: DurableGroup, written: readonly WrittenDocument[]) => void
  /** After an append of this document failed: it is to be blocked. */
  readonly onBlocked: (state: DocumentState, error: SynclineError<CoreErrorCode>) => void
}

/**
 * The one way into the store: everything that becomes pending in one tick goes in one transaction, one packed record
 * per document. While an append is under way, what comes meanwhile gathers for the next.
 */
export class GroupCommit {
  /** Of the values given with commits, and alone. */
  readonly order: ValueOrder = new ValueOrder()
  readonly #session: StoreSession
  readonly #ports: Ports
  readonly #hooks: GroupCommitHooks
  readonly #dirty = new Set<DocumentState>()
  readonly #holding = new Set<Promise<unknown>>()
  #attached: readonly AttachedValues[] = []
  #running: Promise<void> | undefined
  #closed = false

  constructor(session: StoreSession, ports: Ports, hooks: GroupCommitHooks) {
    this.#session = session
    this.#ports = ports
    this.#hooks = hooks
  }

  /** Says that a document has something pending. Keeps the document alive until that is durable. Who waits for it is told where it is blocked. */
  enqueue(state: DocumentState): void {
    if (state.blocked !== undefined) tellBlocked(state, state.blocked)
    if (state.isHeldBack) return
    this.#dirty.add(state)
    this.#start()
  }

  /** Leaves a document out until it is enqueued again, after this work at the latest. */
  hold(state: DocumentState, work: Promise<unknown>): void {
    this.#dirty.delete(state)
    this.#holding.add(work)
    void work.finally(() => this.#holding.delete(work))
  }

  /** Writes values in the append that empties these documents of this origin's commits, or soon if there are none. */
  attach(
    values: readonly ValueWrite[],
    origin: object | undefined,
    states: ReadonlySet<DocumentState>
  ): Promise<number> {
    const receipt = new CommitReceipt()
    const blocked = [...states].find(state => state.blocked !== undefined)
    if (blocked?.blocked !== undefined) receipt.fail(blocked.blocked)
    else {
      this.#attached = [...this.#attached, { given: this.order.give(values), origin, states, receipt }]
      this.#start()
    }
    return receipt.durable
  }

  /** Lets go of the store: what comes from here on fails, and does not reach it. */
  close(): Promise<void> {
    this.#closed = true
    return this.#session.close()
  }

  /** Fulfilled when nothing is under way. Blocked documents are not waited for. */
  async idle(): Promise<void> {
    for (;;) {
      const [held] = this.#holding
      if (this.#running === undefined && held === undefined) return
      await Promise.allSettled([this.#running, held])
    }
  }

  #start(): void {
    this.#running ??= new Promise(resolve => {
      this.#ports.timers.microtask(() => {
        void this.#drain().then(resolve)
      })
    })
  }

  async #drain(): Promise<void> {
    for (;;) {
      const shares = this.#takeShares()
      const attached = this.#takeAttached()
      if (shares.length === 0 && attached.length === 0) break
      await this.#append(shares, attached)
    }
    this.#running = undefined
  }

  async #append(shares: readonly Share[], attached: readonly AttachedValues[]): Promise<void> {
    const error = await this.#tryAppend(shares, attached)
    if (error === undefined) return
    if (shares.length + attached.length === 1) {
      for (const share of shares) this.#block(share, error)
      for (const one of attached) this.#fail(one, error)
      return
    }
    // One bad document must not take the others down: each for itself, and values after what they go with.
    for (const share of shares) {
      const own = await this.#tryAppend([share], [])
      if (own !== undefined) this.#block(share, own)
    }
    for (const one of attached) {
      const own = hasBlocked(one) ? error : await this.#tryAppend([], [one])
      if (own !== undefined) this.#fail(one, own)
    }
  }

  /** The leading run of one origin from every dirty document: a durable group has one origin. */
  #takeShares(): readonly Share[] {
    const shares: Share[] = []
    let origin: object | undefined
    for (const state of this.#dirty) {
      const next = originOf(state)
      if (shares.length === 0) origin = next
      else if (origin !== next) continue
      if (state.dirty) shares.push(takeShare(state, origin))
      if (!state.dirty) this.#dirty.delete(state)
    }
    return shares
  }

  #takeAttached(): readonly AttachedValues[] {
    if (this.#attached.length === 0) return []
    const isWaiting = ({ states, origin }: AttachedValues) =>
      [...states].some(
        state =>
          state.pending.some(commit => commit.origin === origin) ||
          (state.pendingBase !== undefined && state.pendingBase.origin === origin)
      )
    const ready = this.#attached.filter(one => !isWaiting(one))
    this.#attached = this.#attached.filter(isWaiting)
    return ready
  }

  async #tryAppend(
    shares: readonly Share[],
    attached: readonly AttachedValues[]
  ): Promise<SynclineError<CoreErrorCode> | undefined> {
    // A connection may still be learning something while the replica closes.
    if (this.#closed) return coreError("replica-closed", "the replica is closed; nothing more is written")
    let end = this.#session.end
    const prepared: PreparedShare[] = []
    const given = [...shares.flatMap(givenWith), ...attached.map(one => one.given)]
    // What takes commits of ours out may come with a new name, and a start under the old one would use their dots again.
    const isLocal = shares.some(
      ({ commits: [first], base }) =>
        (first !== undefined && first.origin === undefined) || base?.replaces === true
    )
    try {
      for (const share of shares) {
        const one = prepareShare(share, end)
        const { head, record } = one.write
        if (record !== undefined) end = { position: head.position, hash: record.logHash }
        prepared.push(one)
      }
      const values = [
        ...this.#hooks.firstValues(isLocal),
        ...shares.flatMap(({ base }) => base?.values ?? []),
        ...shares.flatMap(({ commits }) => commits.flatMap(({ conflicts }) => conflicts?.values ?? [])),
        ...this.order.due(given)
      ]
      await this.#session.append({ documents: prepared.map(share => share.write), values })
    } catch (cause) {
      return asStoreError(cause)
    }
    this.order.wrote(given)
    const witnessed = this.#hooks.onWritten(end, isLocal)
    if (witnessed !== undefined) await witnessed
    this.#settle(prepared, end)
    for (const { receipt } of attached) receipt.settle(end.position)
    return undefined
  }

  #settle(prepared: readonly PreparedShare[], end: LogEnd): void {
    for (const { state, durable, write, commits, base, captured } of prepared) {
      state.durable = durable
      if (base !== undefined) state.meta.rebase(durable)
      state.position = write.head.position
      for (const { receipt } of commits) receipt?.settle(state.position)
      for (const { conflicts } of commits) conflicts?.tell()
      base?.receipt.settle(state.position)
      if (captured !== undefined) for (const capture of state.captures.splice(0)) capture(captured)
      state.inFlight?.settle(state.position)
      state.inFlight = undefined
      state.inFlightShare = undefined
      state.answerCaptures()
    }
    const [first] = prepared
    if (first === undefined) return
    // Local commits have no origin: those that a received base goes with must not be taken for the peer's.
    const origin = first.commits.length > 0 ? first.commits[0]?.origin : first.base?.origin
    const group: DurableGroup = {
      commits: prepared.flatMap(({ commits }) => commits.map(({ commit }) => commit)),
      reset: prepared.filter(({ base }) => base?.origin !== undefined).map(({ state }) => state.id),
      end,
      ...(origin === undefined ? {} : { origin })
    }
    this.#hooks.onDurable(
      group,
      prepared.map(({ state, write }) => ({ state, digest: write.head.digest }))
    )
  }

  #block(share: Share, error: SynclineError<CoreErrorCode>): void {
    const { state, commits, base } = share
    state.pending = [...commits, ...state.pending]
    if (base?.origin !== undefined) state.pendingBase ??= base
    base?.receipt.fail(error)
    state.inFlight?.fail(error)
    state.inFlight = undefined
    state.inFlightShare = undefined
    // A fold that could not be written is no loss: the log stays as it is, and what came meanwhile is appended to it.
    if (commits.length === 0 && base?.origin === undefined) return state.answerCaptures()
    // Also of what came meanwhile: it is held back with the rest.
    tellBlocked(state, error)
    this.#dirty.delete(state)
    this.#failAttached(state)
    this.#hooks.onBlocked(state, error)
  }

  /** Values that wait for a document's commits will not see them written: they fail now, before `discard` empties it. */
  #failAttached(state: DocumentState): void {
    for (const one of this.#attached)
      if (one.states.has(state))
        this.#fail(one, coreError("document-blocked", `"${state.id}" of the same batch is blocked`))
    this.#attached = this.#attached.filter(({ states }) => !states.has(state))
  }

  #fail({ given, receipt }: AttachedValues, error: SynclineError<CoreErrorCode>): void {
    this.order.giveUp([given])
    receipt.fail(error)
  }
}

function givenWith({ base, commits }: Share): readonly GivenValues[] {
  return [...(base?.given ?? []), ...givenWithCommits(commits)]
}

function tellBlocked({ pending, pendingBase }: DocumentState, error: SynclineError<CoreErrorCode>): void {
  for (const { receipt } of pending) receipt?.fail(error)
  pendingBase?.receipt.fail(error)
}

function hasBlocked({ states }: AttachedValues): boolean {
  return [...states].some(state => state.blocked !== undefined)
}

function asStoreError(cause: unknown): SynclineError<CoreErrorCode> {
  if (cause instanceof SynclineError) return cause as SynclineError<CoreErrorCode>
  return coreError("store-failed", "the store refused an append; see the cause", { cause })
}
