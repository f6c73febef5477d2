import type { Chunk, StorageAdapterInterface, StorageKey } from "@automerge/automerge-repo"

/** A store for automerge-repo that costs as little as one can: keys grouped by their first part, which is how they are asked for. */
export class MemoryStorage implements StorageAdapterInterface {
  readonly #groups = new Map<string, Map<string, Chunk>>()

  async load(key: StorageKey): Promise<Uint8Array | undefined> {
    return this.#group(key)?.get(nameOf(key))?.data
  }

  async save(key: StorageKey, data: Uint8Array): Promise<void> {
    const group = this.#group(key) ?? new Map<string, Chunk>()
    this.#groups.set(key[0] ?? "", group)
    group.set(nameOf(key), { key, data })
  }

  async remove(key: StorageKey): Promise<void> {
    this.#group(key)?.delete(nameOf(key))
  }

  async loadRange(prefix: StorageKey): Promise<Chunk[]> {
    return [...(this.#group(prefix)?.values() ?? [])].filter(chunk => begins(chunk, prefix))
  }

  async removeRange(prefix: StorageKey): Promise<void> {
    for (const { key } of await this.loadRange(prefix)) await this.remove(key)
  }

  #group(key: StorageKey): Map<string, Chunk> | undefined {
    return this.#groups.get(key[0] ?? "")
  }
}

function nameOf(key: StorageKey): string {
  return key.join("\0")
}

function begins({ key }: Chunk, prefix: StorageKey): boolean {
  return prefix.every((part, index) => key[index] === part)
}
