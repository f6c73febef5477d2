import { diffError } from "../../error/diff-error.ts"
import type { ChunkId } from "./chunk-id.ts"
import type { ChunkBatch, ChunkStore, StoredChunk } from "./chunk-store.ts"

interface Entry {
  readonly bytes: Uint8Array
  readonly children: ReadonlySet<ChunkId>
  references: number
}

/** A chunk store that is gone with the process, for tests and for what need not last. */
export function memoryChunkStore(): ChunkStore {
  return new MemoryChunkStore()
}

class MemoryChunkStore implements ChunkStore {
  readonly #entries = new Map<ChunkId, Entry>()
  readonly #held = new Map<string, Set<ChunkId>>()

  async has(ids: readonly ChunkId[]): Promise<readonly boolean[]> {
    return ids.map(id => this.#entries.has(id))
  }

  async get(id: ChunkId): Promise<Uint8Array | undefined> {
    const bytes = this.#entries.get(id)?.bytes
    return bytes && new Uint8Array(bytes)
  }

  async addReferences(holder: string, ids: readonly ChunkId[]): Promise<readonly boolean[]> {
    return ids.map(id => this.#hold(holder, id))
  }

  async put({ holder, put, release = [] }: ChunkBatch): Promise<void> {
    this.#checkChildren(put)
    for (const chunk of put) {
      if (!this.#entries.has(chunk.id)) this.#insert(chunk)
      this.#hold(holder, chunk.id)
    }
    this.#release(holder, release)
  }

  async release(holder: string, ids: readonly ChunkId[]): Promise<void> {
    this.#release(holder, ids)
  }

  async references(holder: string): Promise<readonly ChunkId[]> {
    return [...(this.#held.get(holder) ?? [])]
  }

  /** Before anything is changed, so that a batch is refused as a whole. */
  #checkChildren(put: readonly StoredChunk[]): void {
    const coming = new Set<ChunkId>()
    for (const { id, children } of put) {
      const missing = children.find(child => !this.#entries.has(child) && !coming.has(child))
      if (missing !== undefined)
        throw diffError("chunk-missing", `chunk ${missing} must be put before ${id}, which refers to it`, {
          id,
          missing
        })
      coming.add(id)
    }
  }

  #insert({ id, bytes, children }: StoredChunk): void {
    const distinct = new Set(children)
    // A Buffer's slice would be no copy.
    this.#entries.set(id, { bytes: new Uint8Array(bytes), children: distinct, references: 0 })
    for (const child of distinct) this.#count(child, 1)
  }

  #hold(holder: string, id: ChunkId): boolean {
    if (!this.#entries.has(id)) return false
    const held = this.#held.get(holder) ?? new Set()
    this.#held.set(holder, held)
    if (!held.has(id)) this.#count(id, 1)
    held.add(id)
    return true
  }

  #release(holder: string, ids: readonly ChunkId[]): void {
    const held = this.#held.get(holder)
    for (const id of ids) if (held?.delete(id) === true) this.#unref(id)
    if (held?.size === 0) this.#held.delete(holder)
  }

  /** A list and not recursion: what hangs on a chunk may be deep. */
  #unref(first: ChunkId): void {
    const waiting = [first]
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const entry = this.#count(id, -1)
      if (entry?.references !== 0) continue
      this.#entries.delete(id)
      waiting.push(...entry.children)
    }
  }

  #count(id: ChunkId, change: number): Entry | undefined {
    const entry = this.#entries.get(id)
    if (entry !== undefined) entry.references += change
    return entry
  }
}
