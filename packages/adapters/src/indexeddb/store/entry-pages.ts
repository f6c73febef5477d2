import { compareUtf8, type DocumentId } from "@syncline/core"
import type { IdbDatabase } from "../driver/idb-driver.ts"
import { type DocumentEntry, packEntries, readEntries } from "./document-entry.ts"
import { firstFrom } from "./held-entries.ts"
import { stores } from "./store-schema.ts"
import { bytesOf, damaged, decodeStored, keyOfText, ownBytes, textOfKey } from "./stored-bytes.ts"
import type { StoreWrite } from "./store-write.ts"

/** Entries a page is cut to, and how many it may grow to: about 10 kB. */
const pageEntries = 64
const fullPage = 96

/** And bytes: bodies of documents with thousands of writers are large. */
const pageBytes = 32_768

/** Pages kept in memory, decoded: some megabytes, and all of ten thousand documents. */
const maxCached = 256

/** Pages read at once when all are gone through. */
const pagesAtOnce = 16

/** A change to pages that is not made yet. */
export interface PageMerge {
  readonly writes: readonly StoreWrite[]
  /** It is made. */
  readonly apply: () => void
}

type Page = readonly DocumentEntry[]

/**
 * Documents' entries in pages, ordered by id: a row a document would be ten times as slow to write and to read. Each page
 * holds the ids from where it begins up to where the next one does; the first begins at the empty text.
 */
export class EntryPages {
  readonly #database: IdbDatabase
  #begins: string[]
  readonly #cached: Map<string, Page> = new Map()

  private constructor(database: IdbDatabase, begins: string[]) {
    this.#database = database
    this.#begins = begins
  }

  /**
   * Reads where pages begin, and no page.
   *
   * @throws SynclineError `store-corrupt` when one is missing.
   */
  static async open(database: IdbDatabase): Promise<EntryPages> {
    const [keys, count] = await Promise.all([
      database.getAllKeys(stores.documents),
      database.get(stores.meta, "pages")
    ])
    if (keys.length !== (count ?? 0)) throw damaged("the list of documents", "has not the pages it had")
    return new EntryPages(database, keys.map(textOfKey))
  }

  /** Number of pages. */
  get count(): number {
    return this.#begins.length
  }

  /** Where a page begins; `undefined` past the last. */
  begin(index: number): string | undefined {
    return this.#begins[index]
  }

  /** The page in which an id would lie; -1 when there is none. */
  indexOf(id: string): number {
    const index = firstFrom(this.#begins, id)
    return this.#begins[index] === id ? index : index - 1
  }

  /** The entry of a document. */
  async find(id: DocumentId): Promise<DocumentEntry | undefined> {
    return entryIn(await this.page(this.indexOf(id)), id)
  }

  /** Entries of several documents, in their order; `undefined` for those that are not there. */
  async findAll(ids: readonly DocumentId[]): Promise<readonly (DocumentEntry | undefined)[]> {
    const indexes = ids.map(id => this.indexOf(id))
    const pages = new Map<number, Page>()
    const wanted = [...new Set(indexes)]
    for (let at = 0; at < wanted.length; at += pagesAtOnce) {
      const some = wanted.slice(at, at + pagesAtOnce)
      for (const [place, page] of (await Promise.all(some.map(index => this.page(index)))).entries())
        pages.set(some[place] ?? -1, page)
    }
    return ids.map((id, place) => entryIn(pages.get(indexes[place] ?? -1) ?? [], id))
  }

  /** The entries of a page; none where there is no such page. */
  async page(index: number): Promise<Page> {
    const begin = this.#begins[index]
    if (begin === undefined) return []
    const cached = this.#cached.get(begin)
    if (cached !== undefined) return this.#keep(begin, cached)
    return this.#keep(begin, unpackPage(begin, await this.#database.get(stores.documents, keyOfText(begin))))
  }

  /** Puts entries, ordered by id, into their pages. */
  async merge(entries: readonly DocumentEntry[]): Promise<PageMerge> {
    const changed = new Map<string, Page>()
    for (const [index, own] of this.#byPage(entries)) {
      const begin = this.#begins[index] ?? ""
      const merged = mergePage(await this.page(index), own)
      for (const [at, part] of cutPage(merged).entries())
        changed.set(at === 0 ? begin : (part[0]?.id ?? ""), part)
    }
    const writes = [...changed].map(
      ([begin, page]): StoreWrite => ({
        store: stores.documents,
        key: keyOfText(begin),
        value: ownBytes(packEntries(page))
      })
    )
    const known = new Set(this.#begins)
    const added = [...changed.keys()].filter(begin => !known.has(begin))
    const count: StoreWrite = { store: stores.meta, key: "pages", value: this.count + added.length }
    return { writes: [...writes, count], apply: () => this.#apply(changed, added) }
  }

  #apply(changed: ReadonlyMap<string, Page>, added: readonly string[]): void {
    if (added.length > 0) this.#begins = [...this.#begins, ...added].sort(compareUtf8)
    for (const [begin, page] of changed) this.#keep(begin, page)
  }

  /** Groups ordered entries by the page they belong to. Before there is any, all belong to the first. */
  #byPage(entries: readonly DocumentEntry[]): Map<number, DocumentEntry[]> {
    const groups = new Map<number, DocumentEntry[]>()
    for (const entry of entries) {
      const index = Math.max(0, this.indexOf(entry.id))
      const group = groups.get(index)
      if (group === undefined) groups.set(index, [entry])
      else group.push(entry)
    }
    return groups
  }

  #keep(begin: string, page: Page): Page {
    this.#cached.delete(begin)
    this.#cached.set(begin, page)
    const [oldest] = this.#cached.keys()
    if (this.#cached.size > maxCached && oldest !== undefined) this.#cached.delete(oldest)
    return page
  }
}

/** By halves: pages are ordered. */
function entryIn(page: Page, id: DocumentId): DocumentEntry | undefined {
  let low = 0
  let high = page.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareUtf8(page[middle]?.id ?? "", id) < 0) low = middle + 1
    else high = middle
  }
  return page[low]?.id === id ? page[low] : undefined
}

function unpackPage(begin: string, row: unknown): Page {
  const what = `the page of documents from ${JSON.stringify(begin)} on`
  return decodeStored(bytesOf(row, what), what, readEntries)
}

/** Two ordered lists as one; of two entries of a document, the newer one. */
export function mergePage(page: Page, newer: Page): DocumentEntry[] {
  const merged: DocumentEntry[] = []
  let at = 0
  for (const entry of newer) {
    for (;;) {
      const old = page[at]
      if (old === undefined || compareUtf8(old.id, entry.id) > 0) break
      if (old.id !== entry.id) merged.push(old)
      at++
    }
    merged.push(entry)
  }
  return [...merged, ...page.slice(at)]
}

function cutPage(entries: Page): Page[] {
  const bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
  if (entries.length <= fullPage && bytes <= pageBytes) return [entries]
  const pages: DocumentEntry[][] = []
  let page: DocumentEntry[] = []
  let size = 0
  for (const entry of entries) {
    if (page.length >= pageEntries || (page.length > 0 && size + sizeOf(entry) > pageBytes / 2)) {
      pages.push(page)
      page = []
      size = 0
    }
    page.push(entry)
    size += sizeOf(entry)
  }
  return [...pages, page]
}

function sizeOf({ id, body }: DocumentEntry): number {
  return id.length + body.length + 64
}
