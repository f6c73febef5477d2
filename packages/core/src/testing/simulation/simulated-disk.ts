import type { DocumentId } from "../../document/document-id.ts"
import { coreError } from "../../errors/core-error.ts"
import { type MemoryStore, memoryStore } from "../../store/memory-store.ts"
import type {
  Durability,
  IntegrityProblem,
  LogEnd,
  Page,
  Store,
  StoreBatch,
  StoredDocument,
  StoredHead,
  StoredRecord,
  StoreSession
} from "../../store/store.ts"
import type { Dice } from "./fault-dice.ts"
import type { StoreFault } from "./fault-kinds.ts"

/** The process that has a disk open. */
export interface DiskUser {
  readonly isAlive: boolean
  readonly dice: Dice<StoreFault>
  /** Ends the process. */
  crash(): void
  wait(ms: number): Promise<void>
  /** An append is there. */
  appended(end: LogEnd, batch: StoreBatch): void
  /** An append was refused though nothing was wrong with the disk. */
  refused(error: unknown): void
}

/** A disk as the history of all that was appended: any earlier moment of it can be had again. */
export class SimulatedDisk {
  /** While set, appends are rejected. */
  isFull = false
  /** Called with the first append that a full disk rejects. */
  onFull: () => void = () => {}
  readonly #journal: { readonly batch: StoreBatch; readonly end: LogEnd }[] = []
  #synced = 0
  /** Operations that take their time, each with whose it is. */
  readonly #slow = new Set<{ readonly user: DiskUser }>()
  /** What the journal comes to; made anew when it was cut. */
  #image: MemoryStore | undefined

  /** Appends so far. */
  get length(): number {
    return this.#journal.length
  }

  /** Position of the newest record. */
  get position(): number {
    return this.#journal.at(-1)?.end.position ?? 0
  }

  /** How many of the appends so far survive a loss of power for sure. */
  get synced(): number {
    return this.#synced
  }

  /** Whether it owes an answer to a process that is alive. */
  get isBusy(): boolean {
    return [...this.#slow].some(({ user }) => user.isAlive)
  }

  /** Lets an operation of a process take so long. */
  async delay(user: DiskUser, ms: number): Promise<void> {
    const operation = { user }
    this.#slow.add(operation)
    await user.wait(ms)
    this.#slow.delete(operation)
  }

  /** Everything so far survives a loss of power. */
  sync(): void {
    this.#synced = this.#journal.length
  }

  /** Puts the disk back to what it was after that many appends. */
  cut(length: number): void {
    this.#journal.length = Math.min(length, this.#journal.length)
    this.#synced = Math.min(this.#synced, length)
    this.#image = undefined
  }

  /** A disk of its own with the same content. */
  copy(): SimulatedDisk {
    const copy = new SimulatedDisk()
    copy.#journal.push(...this.#journal)
    copy.#synced = this.#synced
    return copy
  }

  /** The store on this disk, as one process sees it. */
  store(name: string, user: DiskUser): Store {
    return {
      name,
      open: async () => new SimulatedSession(this, await (await this.#built()).open(), user)
    }
  }

  /** What the death of a process leaves: nobody has the disk open any more. */
  release(): void {
    this.#image?.crash()
  }

  appended(batch: StoreBatch, end: LogEnd): void {
    this.#journal.push({ batch, end })
    if (this.#journal.length % appendsBetweenSyncs === 0) this.sync()
  }

  /** Whoever died while it wrote has not written: the next one opens what the journal comes to. */
  forgetUnwritten(): void {
    this.#image = undefined
  }

  /** Small values of a space that are there. */
  values(space: string): readonly Uint8Array[] {
    const values = new Map<string, Uint8Array | null>()
    for (const { batch } of this.#journal)
      for (const write of batch.values ?? []) if (write.space === space) values.set(write.key, write.value)
    return [...values.values()].filter(value => value !== null)
  }

  async #built(): Promise<MemoryStore> {
    if (this.#image !== undefined) return this.#image
    const image = memoryStore()
    this.#image = image
    const session = await image.open()
    for (const { batch } of this.#journal) await session.append(batch)
    await session.close()
    return image
  }
}

/** An operating system writes back now and then. */
const appendsBetweenSyncs = 4

/** Asked by who is dead, nothing is ever answered. */
function never(): Promise<never> {
  return new Promise(() => {})
}

class SimulatedSession implements StoreSession {
  readonly durability: Durability = "process"
  readonly #disk: SimulatedDisk
  readonly #image: StoreSession
  readonly #user: DiskUser
  #appends: Promise<unknown> = Promise.resolve()

  constructor(disk: SimulatedDisk, image: StoreSession, user: DiskUser) {
    this.#disk = disk
    this.#image = image
    this.#user = user
  }

  get end(): LogEnd {
    return this.#image.end
  }

  append(batch: StoreBatch): Promise<void> {
    const appended = this.#appends.then(() => this.#append(batch))
    this.#appends = appended.catch(() => {})
    return appended
  }

  loadHead(id: DocumentId): Promise<StoredHead | undefined> {
    return this.#read(() => this.#image.loadHead(id))
  }

  loadDocument(id: DocumentId): Promise<StoredDocument | undefined> {
    return this.#read(() => this.#image.loadDocument(id))
  }

  scanHeads(
    page: Page & { readonly after?: DocumentId; readonly collection?: string }
  ): Promise<readonly StoredHead[]> {
    return this.#read(() => this.#image.scanHeads(page))
  }

  changedSince(page: Page & { readonly after: number }): Promise<readonly StoredHead[]> {
    return this.#read(() => this.#image.changedSince(page))
  }

  readLog(
    page: Page & { readonly after: number; readonly document?: DocumentId }
  ): Promise<readonly StoredRecord[]> {
    return this.#read(() => this.#image.readLog(page))
  }

  logHashAt(position: number): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#image.logHashAt(position))
  }

  collections(): Promise<readonly string[]> {
    return this.#read(() => this.#image.collections())
  }

  readValue(space: string, key: string): Promise<Uint8Array | undefined> {
    return this.#read(() => this.#image.readValue(space, key))
  }

  listValues(
    page: Page & { readonly space: string; readonly after?: string }
  ): Promise<readonly { readonly key: string; readonly value: Uint8Array }[]> {
    return this.#read(() => this.#image.listValues(page))
  }

  checkIntegrity(signal?: AbortSignal): Promise<readonly IntegrityProblem[]> {
    return this.#read(() => this.#image.checkIntegrity(signal))
  }

  async close(): Promise<void> {
    await this.#appends
    if (!this.#user.isAlive) return never()
    this.#disk.sync()
    await this.#image.close()
  }

  async #read<T>(read: () => Promise<T>): Promise<T> {
    const user = this.#user
    const { dice } = user
    if (!user.isAlive) return never()
    if (dice.roll("crashAtRead") !== undefined) return this.#die("crashAtRead")
    if (dice.roll("readError") !== undefined) {
      dice.fire("readError")
      throw coreError("store-failed", "a read failed on purpose")
    }
    await this.#linger()
    return user.isAlive ? read() : never()
  }

  async #append(batch: StoreBatch): Promise<void> {
    const user = this.#user
    const { dice } = user
    if (!user.isAlive) return never()
    if (this.#disk.isFull) {
      this.#disk.onFull()
      throw coreError("store-failed", "the disk is full")
    }
    if (dice.roll("appendError") !== undefined) {
      dice.fire("appendError")
      throw coreError("store-failed", "an append failed on purpose")
    }
    await this.#linger()
    if (!user.isAlive) return never()
    if (dice.roll("tornAppend") !== undefined) return this.#die("tornAppend")
    await this.#write(copyBatch(batch))
    if (dice.roll("crashAfterAppend") !== undefined) return this.#die("crashAfterAppend")
  }

  async #write(batch: StoreBatch): Promise<void> {
    const user = this.#user
    try {
      await this.#image.append(batch)
    } catch (error) {
      if (!user.isAlive) return never()
      user.refused(error)
      throw error
    }
    if (!user.isAlive) {
      this.#disk.forgetUnwritten()
      return never()
    }
    this.#disk.appended(batch, this.end)
    user.appended(this.end, batch)
  }

  async #linger(): Promise<void> {
    const slow = this.#user.dice.roll("slowDisk")
    if (slow === undefined) return
    this.#user.dice.fire("slowDisk")
    await this.#disk.delay(this.#user, 1 + slow.integer(slow.pick([5, 50, 1_500])))
  }

  #die(kind: "crashAtRead" | "tornAppend" | "crashAfterAppend"): Promise<never> {
    this.#user.dice.fire(kind)
    this.#user.crash()
    return never()
  }
}

/** Buffers are the caller's again once an append is fulfilled. */
function copyBatch({ documents, values = [] }: StoreBatch): StoreBatch {
  return {
    documents: documents.map(write => ({
      ...write,
      head: { ...write.head, digest: write.head.digest.slice(), body: write.head.body.slice() },
      ...(write.record && {
        record: { bytes: write.record.bytes.slice(), logHash: write.record.logHash.slice() }
      }),
      ...(write.base && { base: write.base.slice() })
    })),
    values: values.map(write => ({ ...write, value: write.value && write.value.slice() }))
  }
}
