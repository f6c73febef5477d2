import { coreError } from "../errors/core-error.ts"
import type { RandomPort } from "../ports/ports.ts"
import { copyPlace, newStoreFacts } from "../replica/store-facts.ts"
import { nextLogHash } from "../store/log-hash.ts"
import type { DocumentWrite, LogEnd, StoreSession, ValueWrite } from "../store/store.ts"
import type { StoreEntry } from "./store-entry.ts"

/** Whichever comes first ends an append. */
const maxBatchEntries = 1000
const maxBatchBytes = 4 * 1024 * 1024

/** Stands for the records that a document's base has taken in; it is dropped in the append that brings it. */
const foldedRecord = new Uint8Array(1)

/**
 * Writes the entries of a copy into an empty store. Until `finish` the store has a log and no facts about itself, so that no replica opens on it.
 * How far it is lies in the append of what it says: cut off and begun again with the same entries, it goes on.
 */
export class EntryWriter {
  readonly #session: StoreSession
  readonly #source: string
  #end: LogEnd
  #documents: DocumentWrite[] = []
  #values: ValueWrite[] = []
  #bytes = 0
  /** Documents that wait to be written. */
  #placing = false
  /** Entries given so far, and those that were here already. */
  #given = 0
  #taken = 0
  readonly #here: number

  private constructor(session: StoreSession, source: string, here: number) {
    this.#session = session
    this.#source = source
    this.#end = session.end
    this.#here = here
  }

  /**
   * `source` names what is copied: only the same is gone on with.
   *
   * @throws SynclineError `store-conflict` for a store that holds anything else.
   */
  static async open(session: StoreSession, source: string): Promise<EntryWriter> {
    const bytes = await session.readValue(copyPlace.space, copyPlace.key)
    if (bytes === undefined) {
      if (session.end.position === 0 && (await session.readValue("store", "facts")) === undefined)
        return new EntryWriter(session, source, 0)
      throw coreError("store-conflict", "the store to copy into is not empty; give a new one")
    }
    const place = JSON.parse(new TextDecoder().decode(bytes)) as {
      readonly source: string
      readonly entries: number
    }
    if (place.source === source) return new EntryWriter(session, source, place.entries)
    throw coreError("store-conflict", "the store to copy into holds part of another copy; give a new one")
  }

  /** Takes the next entry, after `size` bytes of it were read. */
  async take(entry: StoreEntry, size: number): Promise<void> {
    this.#given++
    if (this.#given <= this.#here) return
    if (entry.kind === "value") this.#values.push(entry)
    else if (entry.kind === "record") await this.#append(entry)
    else this.#place(entry)
    this.#taken = this.#given
    this.#bytes += size
    if (this.#documents.length + this.#values.length >= maxBatchEntries || this.#bytes >= maxBatchBytes)
      await this.flush()
  }

  /**
   * Makes the copy a store of its own: with another epoch and without an actor, so that it never writes under the name of what it was copied from.
   *
   * @throws SynclineError `codec-corrupt` when entries are missing that were here already
   */
  async finish(random: RandomPort): Promise<void> {
    if (this.#given < this.#here)
      throw coreError("codec-corrupt", "the copy is shorter than when it was begun")
    await this.flush()
    await this.#session.append({
      documents: [],
      values: [newStoreFacts(random), { ...copyPlace, value: null }]
    })
  }

  /** What was given so far is here. */
  async flush(): Promise<void> {
    const batch = { documents: this.#documents, values: [...this.#values, this.#placeWrite()] }
    this.#documents = []
    this.#values = []
    this.#bytes = 0
    await this.#session.append(batch)
  }

  #placeWrite(): ValueWrite {
    const entries = Math.max(this.#taken, this.#here)
    return {
      ...copyPlace,
      value: new TextEncoder().encode(JSON.stringify({ source: this.#source, entries }))
    }
  }

  #place({ id, digest, body, base, hasRecords }: Extract<StoreEntry, { kind: "document" }>): void {
    const kept = base === undefined ? {} : { base }
    const head = { id, digest, position: 0, body }
    this.#placing = true
    if (hasRecords) {
      this.#documents.push({ head, ...kept })
      return
    }
    this.#documents.push(this.#next(head, foldedRecord))
    const { position } = this.#end
    this.#documents.push({ head: { ...head, position }, ...kept, dropThrough: position })
  }

  /** Heads are written as they end: the copy is no store before it is whole. */
  async #append({ id, bytes }: Extract<StoreEntry, { kind: "record" }>): Promise<void> {
    // All documents come before all records.
    if (this.#placing) await this.flush()
    this.#placing = false
    const head = await this.#session.loadHead(id)
    if (head === undefined) throw coreError("codec-corrupt", `a record of "${id}" comes without its document`)
    this.#documents.push(this.#next(head, bytes))
  }

  #next(head: DocumentWrite["head"], bytes: Uint8Array): DocumentWrite {
    const position = this.#end.position + 1
    const logHash = nextLogHash(this.#end, head.id, bytes)
    this.#end = { position, hash: logHash }
    return { head: { ...head, position }, record: { bytes, logHash } }
  }
}
