import { collectionOf, type DocumentId } from "../document/document-id.ts"
import { checkBatch, rememberedPositions } from "./check-batch.ts"
import { compareUtf8 } from "./compare-utf8.ts"
import { emptyLog } from "./log-hash.ts"
import { OrderedMap } from "./ordered-map.ts"
import type { DocumentWrite, LogEnd, StoreBatch, StoredHead, StoredRecord } from "./store.ts"

interface MemoryDocument {
  head: StoredHead
  base: Uint8Array | undefined
  readonly records: OrderedMap<number, StoredRecord>
}

/**
 * What a memory store holds while no session is open: documents by id and by position, the log, small values.
 * Synchronous; every buffer is copied on its way in (not by `slice`, which shares when it is a Node buffer), and not on
 * its way out.
 */
export class MemoryDisk {
  readonly #documents: OrderedMap<DocumentId, MemoryDocument> = new OrderedMap<DocumentId, MemoryDocument>(
    compareUtf8
  )
  readonly #byPosition: OrderedMap<number, MemoryDocument> = new OrderedMap(ascending)
  readonly #records: OrderedMap<number, StoredRecord> = new OrderedMap(ascending)
  readonly #hashes: OrderedMap<number, Uint8Array> = new OrderedMap(ascending)
  /** Positions whose record is gone and whose hash is still here. */
  readonly #dropped: OrderedMap<number, true> = new OrderedMap(ascending)
  readonly #values: Map<string, OrderedMap<string, Uint8Array>> = new Map()
  #end: LogEnd = emptyLog

  get end(): LogEnd {
    return this.#end
  }

  /** All or nothing: what could fail fails before anything is changed. */
  append(batch: StoreBatch): void {
    const end = checkBatch(this.#end, batch, id => this.#documents.get(id)?.head.position)
    for (const write of batch.documents) this.#write(write)
    for (const { space, key, value } of batch.values ?? []) this.#writeValue(space, key, value)
    this.#end = end
    this.#forgetOldHashes()
  }

  document(id: DocumentId): MemoryDocument | undefined {
    return this.#documents.get(id)
  }

  hashAt(position: number): Uint8Array | undefined {
    return position === 0 ? emptyLog.hash : this.#hashes.get(position)
  }

  value(space: string, key: string): Uint8Array | undefined {
    return this.#values.get(space)?.get(key)
  }

  /** Small values of a space, ascending by key, strictly after `after`. */
  values(space: string, after: string | undefined): Iterable<[string, Uint8Array]> {
    return this.#values.get(space)?.entries(after) ?? []
  }

  /** Records held, ascending, strictly after a position; of one document if given. */
  *records(after: number, document: DocumentId | undefined): IterableIterator<StoredRecord> {
    const index = document === undefined ? this.#records : this.#documents.get(document)?.records
    for (const [, record] of index?.entries(after) ?? []) yield record
  }

  /** Heads ascending by position, strictly after one. */
  *headsByPosition(after: number): IterableIterator<StoredHead> {
    for (const [, document] of this.#byPosition.entries(after)) yield document.head
  }

  /** Heads ascending by id, strictly after one, of one collection if given. */
  *headsById(after: DocumentId | undefined, collection: string | undefined): IterableIterator<StoredHead> {
    const begin = collection === undefined ? undefined : (`${collection}/` as DocumentId)
    const from = begin === undefined || (after !== undefined && compareUtf8(after, begin) > 0) ? after : begin
    for (const [id, document] of this.#documents.entries(from)) {
      if (begin !== undefined && !id.startsWith(begin)) return
      yield document.head
    }
  }

  /** Names of the collections, in no particular order. One seek each. */
  *collections(): IterableIterator<string> {
    let next = this.#documents.entries().next()
    while (next.done !== true) {
      const collection = collectionOf(next.value[0])
      yield collection
      // "0" follows "/": the first id that can belong to another collection.
      next = this.#documents.entries(`${collection}0` as DocumentId).next()
    }
  }

  /** A copy that shares nothing with this one. */
  clone(): MemoryDisk {
    const copy = new MemoryDisk()
    for (const [id, { head, base, records }] of this.#documents.entries()) {
      const document: MemoryDocument = { head, base, records: new OrderedMap(ascending) }
      for (const [position, record] of records.entries()) {
        document.records.set(position, record)
        copy.#records.set(position, record)
      }
      copy.#documents.set(id, document)
      if (head.position > 0) copy.#byPosition.set(head.position, document)
    }
    for (const [position, hash] of this.#hashes.entries()) copy.#hashes.set(position, hash)
    for (const [position] of this.#dropped.entries()) copy.#dropped.set(position, true)
    for (const [space, values] of this.#values)
      for (const [key, value] of values.entries()) copy.#writeValue(space, key, value)
    copy.#end = this.#end
    return copy
  }

  #write({ head, record, base, dropThrough }: DocumentWrite): void {
    const document = this.#documents.get(head.id) ?? {
      head,
      base: undefined,
      records: new OrderedMap(ascending)
    }
    this.#documents.set(head.id, document)
    this.#byPosition.delete(document.head.position)
    document.head = {
      id: head.id,
      digest: new Uint8Array(head.digest),
      position: head.position,
      body: new Uint8Array(head.body)
    }
    if (head.position > 0) this.#byPosition.set(head.position, document)
    if (base !== undefined) document.base = new Uint8Array(base)
    if (record !== undefined) {
      const stored = { position: head.position, document: head.id, bytes: new Uint8Array(record.bytes) }
      document.records.set(head.position, stored)
      this.#records.set(head.position, stored)
      this.#hashes.set(head.position, new Uint8Array(record.logHash))
    }
    if (dropThrough !== undefined) this.#drop(document, dropThrough)
  }

  #drop(document: MemoryDocument, through: number): void {
    const gone: number[] = []
    for (const [position] of document.records.entries()) {
      if (position > through) break
      gone.push(position)
    }
    for (const position of gone) {
      document.records.delete(position)
      this.#records.delete(position)
      this.#dropped.set(position, true)
    }
  }

  #forgetOldHashes(): void {
    const forgotten: number[] = []
    for (const [position] of this.#dropped.entries()) {
      if (position > this.#end.position - rememberedPositions) break
      forgotten.push(position)
    }
    for (const position of forgotten) {
      this.#dropped.delete(position)
      this.#hashes.delete(position)
    }
  }

  #writeValue(space: string, key: string, value: Uint8Array | null): void {
    const values = this.#values.get(space) ?? new OrderedMap<string, Uint8Array>(compareUtf8)
    this.#values.set(space, values)
    if (value === null) values.delete(key)
    else values.set(key, new Uint8Array(value))
  }
}

function ascending(a: number, b: number): number {
  return a - b
}
