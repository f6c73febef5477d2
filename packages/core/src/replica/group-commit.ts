import { SynclineError } from "@syncline/clock"
import { encodeCommits } from "../codec/commit-encoder.ts"
import { protect } from "../codec/envelope.ts"
import { encodeHead } from "../codec/facts-codec.ts"
import type { CoreErrorCode } from "../errors/core-error.ts"
import { coreError } from "../errors/core-error.ts"
import type { Ports } from "../ports/ports.ts"
import { nextLogHash } from "../store/log-hash.ts"
import type { DocumentWrite, LogEnd, StoreSession, ValueWrite } from "../store/store.ts"
import type { DurableGroup } from "../sync/sync-host.ts"
import { DocumentMeta } from "./document-meta.ts"
import type { Captured, DocumentState, PendingBase, PendingCommit } from "./document-state.ts"
import { CommitReceipt } from "./commit-receipt.ts"

/** Small values to be written with the last commits of a batch, or alone. */
interface AttachedValues {
  readonly values: readonly ValueWrite[]
  readonly origin: object | undefined
  readonly states: ReadonlySet<DocumentState>
  readonly receipt: CommitReceipt
}

/** What one append takes from one document. */
interface Share {
  readonly state: DocumentState
  readonly commits: readonly PendingCommit[]
  readonly base: PendingBase | undefined
}

/** A share turned into bytes, with what becomes true of its document once they are durable. */
interface PreparedShare extends Share {
  readonly write: DocumentWrite
  readonly durable: DocumentMeta
  readonly captured: Captured | undefined
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
  /** After an append is durable and before anybody is told: the witness. Must not throw. */
  readonly onWritten: (end: LogEnd, hasLocalCommits: boolean) => void
  /** After an append that added commits. Must not throw. */
  readonly onDurable: (group: DurableGroup, written: readonly WrittenDocument[]) => void
  readonly onBlocked: (state: DocumentState) => void
}

/**
 * The one way into the store: everything that becomes pending in one tick goes in one transaction, one packed record
 * per document. While an append is under way, what comes meanwhile gathers for the next.
 */
export class GroupCommit {
  readonly #session: StoreSession
  readonly #ports: Ports
  readonly #hooks: GroupCommitHooks
  readonly #dirty = new Set<DocumentState>()
  readonly #attached: AttachedValues[] = []
  #running: Promise<void> | undefined

  constructor(session: StoreSession, ports: Ports, hooks: GroupCommitHooks) {
    this.#session = session
    this.#ports = ports
    this.#hooks = hooks
  }

  /** Says that a document has something pending. Keeps the document alive until that is durable. */
  enqueue(state: DocumentState): void {
    if (state.blocked !== undefined) return
    this.#dirty.add(state)
    this.#start()
  }

  /** Forgets a document whose pending work was discarded. */
  drop(state: DocumentState): void {
    this.#dirty.delete(state)
  }

  /** Writes values in the append that empties these documents of this origin's commits, or soon if there are none. */
  attach(values: readonly ValueWrite[], origin: object | undefined, states: ReadonlySet<DocumentState>): Promise<number> {
    const receipt = new CommitReceipt()
    this.#attached.push({ values, origin, states, receipt })
    this.#start()
    return receipt.durable
  }

  /** Fulfilled when nothing is under way. Blocked documents are not waited for. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  #start(): void {
    this.#running ??= new Promise(resolve => {
      this.#ports.timers.microtask(() => {
        void this.#drain().then(resolve)
      })
    })
  }

  async #drain(): Promise<void> {
    while (this.#dirty.size > 0 || this.#attached.length > 0) await this.#appendNext()
    this.#running = undefined
  }

  async #appendNext(): Promise<void> {
    const shares = this.#takeShares()
    const attached = this.#takeAttached()
    const error = await this.#tryAppend(shares, attached)
    if (error === undefined) return
    if (shares.length === 1 && attached.length === 0) {
      this.#block(shares[0] as Share, error)
      return
    }
    // One bad document must not take the others down: each for itself, values last and without their company's promise.
    for (const share of shares) {
      const own = await this.#tryAppend([share], [])
      if (own !== undefined) this.#block(share, own)
    }
    if (shares.some(share => share.state.blocked !== undefined)) for (const { receipt } of attached) receipt.fail(error)
    else await this.#tryAppend([], attached).then(again => again && attached.forEach(({ receipt }) => receipt.fail(again)))
  }

  /** The leading run of one origin from every dirty document: a durable group has one origin. */
  #takeShares(): readonly Share[] {
    const shares: Share[] = []
    let origin: object | undefined | null = null
    for (const state of this.#dirty) {
      const next = originOf(state)
      if (origin === null) origin = next
      else if (origin !== next) continue
      shares.push(takeShare(state, origin))
      if (!state.dirty) this.#dirty.delete(state)
    }
    return shares
  }

  #takeAttached(): readonly AttachedValues[] {
    const ready = this.#attached.filter(
      ({ states, origin }) =>
        ![...states].some(state => state.blocked !== undefined || state.pending.some(commit => commit.origin === origin))
    )
    const failed = this.#attached.filter(({ states }) => [...states].some(state => state.blocked !== undefined))
    for (const { receipt } of failed) receipt.fail(coreError("document-blocked", "a document of the batch is blocked"))
    const rest = this.#attached.filter(entry => !ready.includes(entry) && !failed.includes(entry))
    this.#attached.splice(0, this.#attached.length, ...rest)
    return ready
  }

  async #tryAppend(
    shares: readonly Share[],
    attached: readonly AttachedValues[]
  ): Promise<SynclineError<CoreErrorCode> | undefined> {
    let end = this.#session.end
    const prepared: PreparedShare[] = []
    const isLocal = shares.some(({ commits }) => commits[0] !== undefined && commits[0].origin === undefined)
    try {
      for (const share of shares) {
        const one = prepareShare(share, end)
        if (one.write.record !== undefined) end = { position: one.write.head.position, hash: one.write.record.logHash }
        prepared.push(one)
      }
      const values = [...this.#hooks.firstValues(isLocal), ...shares.flatMap(({ base }) => base?.values ?? []), ...attached.flatMap(entry => entry.values)]
      await this.#session.append({ documents: prepared.map(share => share.write), values })
    } catch (cause) {
      return asStoreError(cause)
    }
    this.#hooks.onWritten(end, isLocal)
    this.#settle(prepared, end, shares[0]?.commits[0]?.origin ?? shares[0]?.base?.origin)
    for (const { receipt } of attached) receipt.settle(end.position)
    return undefined
  }

  #settle(prepared: readonly PreparedShare[], end: LogEnd, origin: object | undefined): void {
    for (const { state, durable, write, commits, base, captured } of prepared) {
      state.durable = durable
      state.position = write.head.position
      state.inFlight = undefined
      for (const { receipt } of commits) receipt?.settle(state.position)
      base?.receipt.settle(state.position)
      if (captured !== undefined) for (const capture of state.captures.splice(0)) capture(captured)
    }
    if (prepared.length === 0) return
    const group: DurableGroup = {
      commits: prepared.flatMap(({ commits }) => commits.map(({ commit }) => commit)),
      reset: prepared.filter(({ base }) => base !== undefined && base.origin !== undefined).map(({ state }) => state.id),
      end,
      ...(origin === undefined ? {} : { origin })
    }
    this.#hooks.onDurable(group, prepared.map(({ state, write }) => ({ state, digest: write.head.digest })))
  }

  #block(share: Share, error: SynclineError<CoreErrorCode>): void {
    const { state, commits, base } = share
    state.blocked = error
    state.inFlight = undefined
    state.pending.unshift(...commits)
    state.pendingBase ??= base
    this.#dirty.delete(state)
    for (const { receipt } of commits) receipt?.fail(error)
    base?.receipt.fail(error)
    this.#hooks.onBlocked(state)
  }
}

/** Whom the next share of this document comes from. */
function originOf(state: DocumentState): object | undefined {
  const first = state.pending[0]
  return first === undefined ? state.pendingBase?.origin : first.origin
}

/** A waiting base goes with the first commits, whoever made them: later ones may build on what it brings. */
function takeShare(state: DocumentState, origin: object | undefined): Share {
  let count = 0
  while (count < state.pending.length && state.pending[count]?.origin === origin) count++
  const base = state.pendingBase
  state.pendingBase = undefined
  const commits = state.pending.splice(0, count)
  state.inFlight = commits.at(-1)?.receipt ?? base?.receipt
  return { state, commits, base }
}

function prepareShare(share: Share, end: LogEnd): PreparedShare {
  const { state, commits, base } = share
  const durable = new DocumentMeta(state.id, base?.replaces === true ? base.facts : state.durable.facts())
  if (base !== undefined) {
    durable.join(base.facts)
    // A received base arrives as of now; one of our own covers what it drops.
    const baseBytes = base.bytes.length
    durable.rebase({ ...base.facts, baseBytes, ...(base.origin === undefined ? {} : { basePosition: end.position + 1 }) })
  }
  for (const { commit } of commits) durable.absorb(commit)
  // A base of our own making (compaction) changes no content: no record, nobody downstream need look.
  const silent = commits.length === 0 && base !== undefined && base.origin === undefined
  const bytes = protect(encodeCommits(commits.map(({ commit }) => commit)))
  durable.tailCommits += commits.length
  durable.tailBytes += silent ? 0 : bytes.length
  const version = durable.version
  const digest = version.digest(state.id)
  const position = silent ? state.position : end.position + 1
  const write: DocumentWrite = {
    head: { id: state.id, digest, position, body: encodeHead(durable.facts()) },
    ...(silent ? {} : { record: { bytes, logHash: nextLogHash(end, state.id, bytes) } }),
    ...(base === undefined ? {} : { base: base.bytes, dropThrough: base.dropThrough })
  }
  const captured =
    state.captures.length > 0 && !state.dirty
      ? { facts: durable.facts(), version, digest, position, deleted: durable.deleted, value: state.document.value() }
      : undefined
  return { ...share, write, durable, captured }
}

function asStoreError(cause: unknown): SynclineError<CoreErrorCode> {
  if (cause instanceof SynclineError) return cause as SynclineError<CoreErrorCode>
  return coreError("store-failed", "the store refused an append; see the cause", { cause })
}
