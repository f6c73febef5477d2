import {
  coreError,
  type CoreErrorCode,
  type DocumentId,
  type Durability,
  type IntegrityProblem,
  type LogEnd,
  type Page,
  type StoreBatch,
  type StoredDocument,
  type StoredHead,
  type StoredRecord,
  type StoreSession,
  type Witness
} from "@syncline/core"
import { DeferredPart } from "@syncline/core/deferred"
import type { ExclusiveLock } from "../driver/exclusive-lock.ts"
import type { IdbDurability } from "../driver/idb-driver.ts"
import { idbFailure } from "../driver/idb-failure.ts"
import { planBatch } from "./batch-plan.ts"
import { StoreReader } from "./store-reader.ts"
import { stores } from "./store-schema.ts"
import { holdsToken, type StoreWrite, writeAll } from "./store-write.ts"
import type { StoredState } from "./stored-state.ts"
import { Turns } from "./turns.ts"

const checking = new DeferredPart("checking integrity", () => import("./check-state.ts"))

/** What a session is made of; it owns all of it and frees it in `close`. */
export interface SessionParts {
  readonly name: string
  readonly durability: IdbDurability
  readonly state: StoredState
  readonly lock: ExclusiveLock
  /** What the store holds while it is this session's. */
  readonly token: Uint8Array
  readonly witness: Witness
}

/** The open IndexedDB store. */
export class IndexedDbSession implements StoreSession {
  readonly durability: Durability
  readonly witness: Witness
  readonly #parts: SessionParts
  readonly #reader: StoreReader
  readonly #turns: Turns = new Turns()
  #closing: Promise<void> | undefined
  /** Why nothing works any more, though nobody called `close`. */
  #lost: Error | undefined

  constructor(parts: SessionParts) {
    this.#parts = parts
    this.#reader = new StoreReader(parts.state)
    this.durability = parts.durability === "strict" ? "power" : "process"
    this.witness = parts.witness
  }

  get end(): LogEnd {
    const { position, hash } = this.#parts.state.end
    return { position, hash: hash.slice() }
  }

  append(batch: StoreBatch): Promise<void> {
    return this.#write("writing", () => this.#append(batch))
  }

  loadHead(id: DocumentId): Promise<StoredHead | undefined> {
    return this.#read(reader => reader.head(id))
  }

  loadDocument(id: DocumentId): Promise<StoredDocument | undefined> {
    return this.#read(reader => reader.document(id))
  }

  scanHeads(page: Page & { after?: DocumentId; collection?: string }): Promise<StoredHead[]> {
    return this.#read(reader => reader.heads(page))
  }

  changedSince(page: Page & { after: number }): Promise<StoredHead[]> {
    return this.#read(reader => reader.changedSince(page))
  }

  readLog(page: Page & { after: number; document?: DocumentId }): Promise<StoredRecord[]> {
    return this.#read(reader => reader.log(page))
  }

  logHashAt(position: number): Promise<Uint8Array | undefined> {
    return this.#read(reader => reader.hashAt(position))
  }

  collections(): Promise<string[]> {
    return this.#read(reader => reader.collections())
  }

  readValue(space: string, key: string): Promise<Uint8Array | undefined> {
    return this.#read(reader => reader.value(space, key))
  }

  listValues(page: Page & { space: string; after?: string }): Promise<{ key: string; value: Uint8Array }[]> {
    return this.#read(reader => reader.values(page))
  }

  async checkIntegrity(signal?: AbortSignal): Promise<IntegrityProblem[]> {
    const { checkState } = await checking.load()
    const problems: IntegrityProblem[] = []
    const steps = checkState(this.#parts.state)
    for (;;) {
      if (signal?.aborted === true)
        throw coreError("aborted", `the integrity check of ${this.#parts.name} was cancelled`)
      // A turn a step: between them others get theirs.
      const step = await this.#read(() => steps.next())
      if (step.done === true) return problems
      problems.push(...step.value)
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#turns.write(() => this.#close())
    return this.#closing
  }

  /** Ends the session from outside: from here on every call is rejected with this. */
  lose(code: CoreErrorCode, why: string): void {
    const { name, lock, state } = this.#parts
    if (this.#lost !== undefined || this.#closing !== undefined) return
    this.#lost = coreError(code, `the IndexedDB store ${name} ${why}`, { details: { name } })
    // Transactions under way still end as they would.
    state.database.close()
    lock.release()
  }

  async #append(batch: StoreBatch): Promise<void> {
    const { state } = this.#parts
    if (state.held.isFull) await this.#fold()
    const plan = await planBatch(state, batch)
    if (plan.writes.length === 0) return
    await this.#commit(plan.writes)
    if (plan.entries.length > 0) state.held.add(plan.entries, plan.end.position === state.end.position)
    state.end = plan.end
    state.swept = plan.swept
  }

  /** Brings the pages up to date. */
  async #fold(): Promise<void> {
    const { state } = this.#parts
    const { held, pages, end } = state
    const { writes, apply } = await pages.merge(held.all())
    await this.#commit([
      ...writes,
      { store: stores.pending },
      { store: stores.meta, key: "folded", value: end.position }
    ])
    apply()
    held.clear()
    state.folded = end.position
  }

  async #commit(writes: readonly StoreWrite[]): Promise<void> {
    const { state, durability, token } = this.#parts
    state.segments.forget()
    if (await writeAll(state.database, durability, token, writes)) return
    throw this.#overtaken()
  }

  async #close(): Promise<void> {
    const { state, lock, witness, name } = this.#parts
    try {
      // Not needed for what was appended; the next session opens faster.
      if (this.#lost === undefined && !state.held.isEmpty) await this.#fold()
    } catch (cause) {
      throw idbFailure(cause, `closing the IndexedDB store ${name}`)
    } finally {
      state.database.close()
      lock.release()
      witness.close()
    }
  }

  async #read<T>(action: (reader: StoreReader) => Promise<T>): Promise<T> {
    const { lock, state, token } = this.#parts
    return this.#guard("reading", () =>
      this.#turns.read(async () => {
        const result = await action(this.#reader)
        // Where nothing guards the name, what was read is of one moment only if nobody else wrote meanwhile.
        if (!lock.isGuarded && !(await holdsToken(state.database, token))) throw this.#overtaken()
        return result
      })
    )
  }

  #write(what: string, action: () => Promise<void>): Promise<void> {
    return this.#guard(what, () => this.#turns.write(action))
  }

  async #guard<T>(what: string, action: () => Promise<T>): Promise<T> {
    const { name } = this.#parts
    if (this.#closing !== undefined)
      throw coreError("store-closed", `the IndexedDB store ${name} is closed; open it again`, {
        details: { name }
      })
    if (this.#lost !== undefined) throw this.#lost
    try {
      return await action()
    } catch (cause) {
      // The connection may have gone while this was under way; that it did says more than how it showed.
      throw this.#lost ?? idbFailure(cause, `${what} the IndexedDB store ${name}`)
    }
  }

  #overtaken(): Error {
    this.lose("store-locked", "was opened by another tab meanwhile; close one of them and open it again")
    return this.#lost ?? coreError("store-closed", `the IndexedDB store ${this.#parts.name} is closed`)
  }
}
