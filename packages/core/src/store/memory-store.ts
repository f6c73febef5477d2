import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import { compareUtf8 } from "./compare-utf8.ts"
import { MemoryDisk } from "./memory-disk.ts"
import type {
  IntegrityProblem,
  LogEnd,
  Page,
  Store,
  StoreBatch,
  StoredDocument,
  StoredHead,
  StoredRecord,
  StoreSession
} from "./store.ts"
import type { Witness } from "./witness.ts"

/** How a memory store is made. */
export interface MemoryStoreOptions {
  /** For messages. Default `memory`. */
  readonly name?: string
  /** Handed out by sessions; give one to a store that is cloned, so that the copy is told from the original. */
  readonly witness?: Witness
}

/** A store whose disk is this object: closed and opened again it still has everything, the process's end loses it. */
export interface MemoryStore extends Store {
  open(): Promise<StoreSession>
  /** A second, closed store with the content as of now: what restoring a backup gives. Cost: the number of records. */
  clone(options?: MemoryStoreOptions): MemoryStore
  /** Ends an open session as the death of its process would; it then answers `store-closed`, and `open` works. */
  crash(): void
}

/**
 * Makes an empty store in memory, for tests, simulations and replicas that need no durability.
 * Ordered by the same rules as every store, through indexes: no call scans all documents.
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return storeOn(new MemoryDisk(), options)
}

function storeOn(disk: MemoryDisk, { name = "memory", witness }: MemoryStoreOptions): MemoryStore {
  let open: MemorySession | undefined
  return {
    name,
    async open() {
      if (open !== undefined && !open.closed)
        throw coreError(
          "store-locked",
          `${name} is open already; close that session first, or make another store`
        )
      open = new MemorySession(disk, name, witness)
      return open
    },
    clone: (copied = {}) => storeOn(disk.clone(), { name: `copy of ${name}`, ...copied }),
    crash: () => open?.kill()
  }
}

class MemorySession implements StoreSession {
  readonly durability = "memory"
  readonly witness?: Witness
  readonly #disk: MemoryDisk
  readonly #name: string
  #closed = false

  constructor(disk: MemoryDisk, name: string, witness: Witness | undefined) {
    this.#disk = disk
    this.#name = name
    if (witness !== undefined) this.witness = witness
  }

  get closed(): boolean {
    return this.#closed
  }

  get end(): LogEnd {
    const { position, hash } = this.#disk.end
    return { position, hash: new Uint8Array(hash) }
  }

  async append(batch: StoreBatch): Promise<void> {
    this.#opened().append(batch)
  }

  async loadHead(id: DocumentId): Promise<StoredHead | undefined> {
    const document = this.#opened().document(id)
    return document && copyHead(document.head)
  }

  async loadDocument(id: DocumentId): Promise<StoredDocument | undefined> {
    const document = this.#opened().document(id)
    if (document === undefined) return undefined
    const records = Array.from(document.records.entries(), ([, record]) => copyRecord(record))
    const { head, base } = document
    return { head: copyHead(head), ...(base && { base: new Uint8Array(base) }), records }
  }

  async scanHeads(
    page: Page & { readonly after?: DocumentId; readonly collection?: string }
  ): Promise<StoredHead[]> {
    return take(this.#opened().headsById(page.after, page.collection), page.limit, copyHead)
  }

  async changedSince(page: Page & { readonly after: number }): Promise<StoredHead[]> {
    return take(this.#opened().headsByPosition(page.after), page.limit, copyHead)
  }

  async readLog(
    page: Page & { readonly after: number; readonly document?: DocumentId }
  ): Promise<StoredRecord[]> {
    return take(this.#opened().records(page.after, page.document), page.limit, copyRecord)
  }

  async logHashAt(position: number): Promise<Uint8Array | undefined> {
    return this.#opened().hashAt(position)?.slice()
  }

  async collections(): Promise<string[]> {
    // By id order "a-b" comes before "a", for "-" is less than "/".
    return [...this.#opened().collections()].sort(compareUtf8)
  }

  async readValue(space: string, key: string): Promise<Uint8Array | undefined> {
    return this.#opened().value(space, key)?.slice()
  }

  async listValues(
    page: Page & { readonly space: string; readonly after?: string }
  ): Promise<{ readonly key: string; readonly value: Uint8Array }[]> {
    return take(this.#opened().values(page.space, page.after), page.limit, ([key, value]) => ({
      key,
      value: new Uint8Array(value)
    }))
  }

  /** Below core's encoding nothing can be damaged here; only closed and aborted are noticed. */
  async checkIntegrity(signal?: AbortSignal): Promise<IntegrityProblem[]> {
    this.#opened()
    if (signal?.aborted === true)
      throw coreError("aborted", `the integrity check of ${this.#name} was cancelled`)
    return []
  }

  async close(): Promise<void> {
    this.kill()
  }

  /** What `close` and a crash come to: nothing is under way here. */
  kill(): void {
    this.#closed = true
  }

  #opened(): MemoryDisk {
    if (this.#closed) throw coreError("store-closed", `${this.#name} is closed; open it again`)
    return this.#disk
  }
}

function take<T, R>(items: Iterable<T>, limit: number, map: (item: T) => R): R[] {
  const out: R[] = []
  if (limit < 1) return out
  for (const item of items) {
    out.push(map(item))
    if (out.length >= limit) break
  }
  return out
}

function copyHead({ id, digest, position, body }: StoredHead): StoredHead {
  return { id, digest: new Uint8Array(digest), position, body: new Uint8Array(body) }
}

function copyRecord({ position, document, bytes }: StoredRecord): StoredRecord {
  return { position, document, bytes: new Uint8Array(bytes) }
}
