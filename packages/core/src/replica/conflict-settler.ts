import type { ActorId } from "@syncline/clock"
import type { Conflict } from "../conflict/conflict.ts"
import { engineRule, type PolicyTable } from "../conflict/policy-table.ts"
import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { canSettle } from "./can-settle.ts"
import type { ConflictEvent } from "./conflict-event.ts"
import { documentPrefix, storedConflicts } from "./conflict-values.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"
import { settleDocument } from "./settle-document.ts"
import type { OpenConflict } from "./decide-conflict.ts"

/** What comes in one after the other is settled together. */
const ownDelayMs = 50

/** Whoever is to settle a record has got the commits by then, and the others what he made of it. */
const othersDelayMs = 2_000

/** Those who take over do not do so all at once. */
const othersJitterMs = 8_000

/** Documents at a time. */
const documentsAtOnce = 8

/** Records of one document that are to be settled, by id. */
interface Waiting {
  readonly due: Map<string, OpenConflict>
  readonly later: Map<string, OpenConflict>
  cancelDue: (() => void) | undefined
  cancelLater: (() => void) | undefined
}

/**
 * Settles conflicts by the policies of their collections. The replica whose actor is the lowest among the sides does so at
 * once, all others after some seconds if it is still open; what they do at the same time all the same comes to rest, see
 * `Resolutions`. Documents that take no changes wait until they do.
 */
export class ConflictSettler {
  readonly #core: ReplicaCore
  readonly #tables: ReadonlyMap<string, PolicyTable>
  readonly #waiting = new Map<DocumentId, Waiting>()
  /** Documents to be looked at, in this order. */
  readonly #ready = new Map<DocumentId, Map<string, OpenConflict>>()
  readonly #busy = new Set<DocumentId>()
  /** By document, what is to be tried when it takes changes again. */
  readonly #held = new Map<DocumentId, Map<string, OpenConflict>>()
  /** Documents with records that a policy left open. */
  readonly #left = new Set<DocumentId>()
  readonly #abort = new AbortController()

  constructor(core: ReplicaCore, tables: ReadonlyMap<string, PolicyTable>) {
    this.#core = core
    this.#tables = tables
  }

  /** The name of the policy that is for a record here, `engine` if none is. */
  policyName(conflict: Conflict): string {
    return this.#tables.get(collectionOf(conflict.document))?.policyFor(conflict)?.name ?? engineRule
  }

  /** Takes up what is open since before. */
  async takeUp(): Promise<void> {
    for (const collection of this.#tables.keys()) await this.#takeUpStored(`${collection}/`)
  }

  hear(event: ConflictEvent): void {
    if (event.type === "gone") this.#forget(event.document, event.id)
    else this.#consider(event.conflict)
  }

  /** A document has changed, or takes changes again. */
  touched(state: DocumentState): void {
    const held = this.#held.get(state.id)
    if (held === undefined || !canSettle(state)) return
    this.#held.delete(state.id)
    for (const { conflict } of held.values()) this.#consider(conflict)
  }

  /** A document has come into memory: what was left open is tried again. */
  loaded(document: DocumentId): void {
    if (!this.#busy.has(document) && this.#left.delete(document))
      void this.#takeUpStored(documentPrefix(document))
  }

  /** What was settled in a document may be as it was before. */
  discarded(document: DocumentId): void {
    void this.#takeUpStored(documentPrefix(document))
  }

  close(): void {
    this.#abort.abort()
    for (const { cancelDue, cancelLater } of this.#waiting.values()) {
      cancelDue?.()
      cancelLater?.()
    }
    this.#waiting.clear()
    this.#ready.clear()
  }

  async #takeUpStored(prefix: string): Promise<void> {
    try {
      for await (const conflict of storedConflicts(this.#core.session, prefix)) {
        if (this.#core.closed) return
        this.#consider(conflict)
      }
    } catch (error) {
      if (!this.#core.closed)
        this.#core.ports.logger.warn("open conflicts could not be read and wait for the next opening", {
          error
        })
    }
  }

  #consider(conflict: Conflict): void {
    const { document, id } = conflict
    this.#forget(document, id)
    const policy = this.#tables.get(collectionOf(document))?.policyFor(conflict)
    if (conflict.state === "resolved" || policy?.decide === undefined || this.#core.closed) return
    const waiting = this.#waiting.get(document) ?? newWaiting()
    this.#waiting.set(document, waiting)
    const { timers } = this.#core.ports
    if (lowestActor(conflict) === this.#core.identity.actor) {
      waiting.due.set(id, { conflict, policy })
      waiting.cancelDue ??= timers.schedule(ownDelayMs, () => {
        waiting.cancelDue = undefined
        this.#makeReady(document, waiting.due)
      })
    } else {
      waiting.later.set(id, { conflict, policy })
      waiting.cancelLater ??= timers.schedule(this.#othersDelayMs(), () => {
        waiting.cancelLater = undefined
        this.#makeReady(document, waiting.later)
      })
    }
  }

  #othersDelayMs(): number {
    const [a = 0, b = 0] = this.#core.ports.random.bytes(2)
    return othersDelayMs + Math.floor((othersJitterMs * (a * 256 + b)) / 65_536)
  }

  #forget(document: DocumentId, id: string): void {
    const waiting = this.#waiting.get(document)
    waiting?.due.delete(id)
    waiting?.later.delete(id)
    this.#ready.get(document)?.delete(id)
    this.#held.get(document)?.delete(id)
  }

  #makeReady(document: DocumentId, open: Map<string, OpenConflict>): void {
    const ready = this.#ready.get(document) ?? new Map<string, OpenConflict>()
    this.#ready.set(document, ready)
    for (const [id, one] of open) ready.set(id, one)
    open.clear()
    const waiting = this.#waiting.get(document)
    if (waiting?.cancelDue === undefined && waiting?.cancelLater === undefined) this.#waiting.delete(document)
    this.#work()
  }

  #work(): void {
    for (const [document, open] of this.#ready) {
      if (this.#busy.size >= documentsAtOnce) return
      if (this.#busy.has(document)) continue
      this.#ready.delete(document)
      if (open.size === 0) continue
      this.#busy.add(document)
      void this.#settle(document, [...open.values()]).finally(() => {
        this.#busy.delete(document)
        if (!this.#core.closed) this.#work()
      })
    }
  }

  async #settle(document: DocumentId, open: readonly OpenConflict[]): Promise<void> {
    try {
      const state = await this.#core.load(document)
      await settleDocument(this.#core, state, open, {
        signal: this.#abort.signal,
        onFailure: (one, error) => this.#tellFailure(one, error),
        onChanged: ({ conflict }) => this.#consider(conflict),
        onLeft: () => this.#left.add(document)
      })
      if (!canSettle(state)) this.#hold(document, open)
    } catch (error) {
      // A document that does not load, or a store that fails: all of it is tried again when it is loaded next.
      if (this.#core.closed) return
      for (const one of open) this.#tellFailure(one, error)
      this.#left.add(document)
    }
  }

  #hold(document: DocumentId, open: readonly OpenConflict[]): void {
    const held = this.#held.get(document) ?? new Map<string, OpenConflict>()
    this.#held.set(document, held)
    for (const one of open) held.set(one.conflict.id, one)
  }

  #tellFailure({ conflict, policy }: OpenConflict, error: unknown): void {
    this.#core.events.emit({ type: "conflict-policy-failed", conflict, policy: policy.name, error })
  }
}

function newWaiting(): Waiting {
  return { due: new Map(), later: new Map(), cancelDue: undefined, cancelLater: undefined }
}

function lowestActor({ sides }: Conflict): ActorId | undefined {
  return sides.map(({ dot }) => dot.actor).sort((a, b) => (a < b ? -1 : 1))[0]
}
