import type { LogEnd, StoreBatch, StoredDocument, StoredHead, StoredRecord } from "../store/store.ts"

interface ModelDocument {
  readonly head: StoredHead
  readonly base: Uint8Array | undefined
  readonly dropped: number
}

/**
 * A store as simple as it can be, to compare others with: plain lists, every answer a filter and a sort over all of
 * them. Shares no code with any store. Does not check what it is given.
 */
export class StoreModel {
  readonly #documents: Map<string, ModelDocument> = new Map()
  readonly #values: Map<
    string,
    { readonly space: string; readonly key: string; readonly value: Uint8Array }
  > = new Map()
  readonly #log: StoredRecord[] = []
  readonly hashes: Uint8Array[] = [new Uint8Array(16)]

  get end(): LogEnd {
    const position = this.hashes.length - 1
    return { position, hash: this.hashes[position] ?? new Uint8Array() }
  }

  append({ documents, values = [] }: StoreBatch): void {
    for (const { head, record, base, dropThrough } of documents) {
      const before = this.#documents.get(head.id)
      this.#documents.set(head.id, {
        head,
        base: base ?? before?.base,
        dropped: Math.max(before?.dropped ?? 0, Math.min(dropThrough ?? 0, head.position))
      })
      if (record === undefined) continue
      this.#log.push({ position: head.position, document: head.id, bytes: record.bytes })
      this.hashes.push(record.logHash)
    }
    for (const { space, key, value } of values) {
      const name = JSON.stringify([space, key])
      if (value === null) this.#values.delete(name)
      else this.#values.set(name, { space, key, value })
    }
  }

  document(id: string): StoredDocument | undefined {
    const found = this.#documents.get(id)
    if (found === undefined) return undefined
    const { head, base } = found
    return { head, ...(base && { base }), records: this.log().filter(record => record.document === id) }
  }

  /** All heads by UTF-8 order of their ids. */
  heads(): StoredHead[] {
    return [...this.#documents.values()].map(({ head }) => head).sort((a, b) => compareBytes(a.id, b.id))
  }

  /** All heads that have a record, by position. */
  changes(): StoredHead[] {
    return this.heads()
      .filter(({ position }) => position > 0)
      .sort((a, b) => a.position - b.position)
  }

  /** All records held. */
  log(): StoredRecord[] {
    return this.#log.filter(
      ({ document, position }) => position > (this.#documents.get(document)?.dropped ?? 0)
    )
  }

  /** Small values of a space by UTF-8 order of their keys. */
  values(space: string): { key: string; value: Uint8Array }[] {
    const found = [...this.#values.values()].filter(value => value.space === space)
    return found.sort((a, b) => compareBytes(a.key, b.key)).map(({ key, value }) => ({ key, value }))
  }

  collections(): string[] {
    const names = new Set([...this.#documents.keys()].map(id => id.slice(0, id.indexOf("/"))))
    return [...names].sort(compareBytes)
  }
}

function compareBytes(a: string, b: string): number {
  const encoder = new TextEncoder()
  const [left, right] = [encoder.encode(a), encoder.encode(b)]
  for (const [index, byte] of left.entries()) {
    const other = right[index]
    if (other === undefined) return 1
    if (byte !== other) return byte - other
  }
  return left.length - right.length
}
