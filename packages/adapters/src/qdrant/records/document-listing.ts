import { compareUtf8, type IdRange, type SinkEntry } from "@syncline/core"
import type { Payload, StoredPoint } from "../points/point.ts"
import { pagesOf } from "./all-points.ts"
import { type BareRows, bareRows } from "./bare-rows.ts"
import { countIn, recordHead, toEntry } from "./record-point.ts"
import { type SinkPlace, within } from "./sink-place.ts"

/** Documents remembered by one listing, some hundred bytes each; beyond it, everything is gone through once more. */
const defaultRoom = 100_000

/** A listing of long ago says little about what is there now. */
const lifeMs = 60_000

/** One that took long to make is used for so many times as long: making it again costs a tenth more at most. */
const lifeTimes = 10

/** Listings that may be under way at a time: verifications beside each other. */
const mostListings = 4

/** What is known of one id. */
interface Listed {
  record?: Payload
  records: number
  rows: number
}

/** Ids in order from some place on, as far as there was room. */
interface Listing {
  readonly ids: readonly string[]
  readonly found: ReadonlyMap<string, Listed>
  /** Whether there is nothing behind its last id. */
  readonly complete: boolean
  /** Looked for once, instead of with every page of contents; none where contents are not read. */
  readonly bare: BareRows
  /** When it is too old to go on with. */
  readonly untilMs: number
  at: number
}

/** A page of ids. */
export interface ListedIds {
  readonly ids: readonly string[]
  readonly bare: BareRows
}

/**
 * Lists what there is by document id. The server gives points in the order of *their* ids, which says nothing about documents: so all are gone
 * through, ids and bookkeeping only, the lowest ids are kept in order, and pages are handed out from there.
 */
export class DocumentListing {
  readonly #place: SinkPlace
  readonly #nowMs: () => number
  readonly #room: number
  /** By what and where they go on. */
  readonly #open = new Map<string, Listing>()

  constructor(place: SinkPlace, nowMs: () => number, room: number = defaultRoom) {
    this.#place = place
    this.#nowMs = nowMs
    this.#room = room
  }

  /** The next page of ids, and all rows without a vector as they were when the listing was made. */
  async ids({ after, through, limit }: IdRange & { readonly limit: number }): Promise<ListedIds> {
    const ids: string[] = []
    const bare = await this.#each({ after, through, limit }, "ids", id => ids.push(id))
    return { ids, bare }
  }

  /** The next page of what bookkeeping says; `sealed` is `false` where there are not as many rows as it says. */
  async entries({
    after,
    through,
    limit
  }: IdRange & { readonly limit: number }): Promise<readonly SinkEntry[]> {
    const page: SinkEntry[] = []
    await this.#each({ after, through, limit }, "entries", (id, listed) =>
      page.push(this.#entryOf(id, listed))
    )
    return page
  }

  async #each(
    { after, through, limit }: { after: string | undefined; through: string | undefined; limit: number },
    what: "ids" | "entries",
    take: (id: string, listed: Listed) => void
  ): Promise<BareRows> {
    let listing = this.#goOn(what, after) ?? (await this.#list(what, after))
    let last = after
    for (let taken = 0; taken < limit; ) {
      const id = listing.ids[listing.at]
      if (id === undefined) {
        // A range that ends behind all there is goes on there, too.
        if (listing.complete) return through === undefined ? listing.bare : this.#keep(what, through, listing)
        listing = await this.#list(what, last)
        continue
      }
      if (through !== undefined && compareUtf8(id, through) > 0) return this.#keep(what, through, listing)
      take(id, listing.found.get(id) ?? { records: 0, rows: 0 })
      listing.at++
      taken++
      last = id
    }
    return this.#keep(what, last, listing)
  }

  #goOn(what: string, after: string | undefined): Listing | undefined {
    const name = `${what}:${after ?? ""}`
    const listing = after === undefined ? undefined : this.#open.get(name)
    this.#open.delete(name)
    return listing !== undefined && this.#nowMs() < listing.untilMs ? listing : undefined
  }

  #keep(what: string, after: string | undefined, listing: Listing): BareRows {
    this.#open.set(`${what}:${after ?? ""}`, listing)
    const [oldest] = this.#open.keys()
    if (this.#open.size > mostListings && oldest !== undefined) this.#open.delete(oldest)
    return listing.bare
  }

  async #list(what: "ids" | "entries", after: string | undefined): Promise<Listing> {
    const begunMs = this.#nowMs()
    const kept = new LowestIds(after, this.#room)
    const { records, tables } = this.#place
    const filter = within(this.#place)
    const head = what === "entries" ? recordHead : ["document"]
    for await (const page of pagesOf(this.#place, { collection: records, filter, payload: head }))
      for (const point of page) kept.addRecord(point)
    for (const { name, labelField } of tables)
      for await (const page of pagesOf(this.#place, { collection: name, filter, payload: [labelField] }))
        for (const point of page) kept.addRow(point, labelField)
    const looked =
      what === "ids"
        ? tables.map(async table => [table.name, await bareRows(this.#place, table)] as const)
        : []
    const bare = new Map(await Promise.all(looked))
    const nowMs = this.#nowMs()
    return { ...kept.end(), bare, untilMs: nowMs + Math.max(lifeMs, lifeTimes * (nowMs - begunMs)), at: 0 }
  }

  #entryOf(id: string, { record, records, rows }: Listed): SinkEntry {
    if (record === undefined)
      return { id, key: undefined, digest: undefined, deleted: false, sealed: undefined }
    const counts = this.#place.tables.map(({ name }) => countIn(record, name))
    const expected = counts.reduce<number>((sum, count) => sum + (count ?? Number.NaN), 0)
    return toEntry(id, record, records === 1 && rows === expected ? undefined : false)
  }
}

/** The lowest ids above some place, and what was found under them. */
class LowestIds {
  readonly #after: string | undefined
  readonly #room: number
  readonly #found = new Map<string, Listed>()
  /** Ids above are not kept any more. */
  #end: string | undefined

  constructor(after: string | undefined, room: number) {
    this.#after = after
    this.#room = room
  }

  addRecord({ payload }: StoredPoint): void {
    const listed = this.#listed(payload?.["document"])
    if (listed === undefined) return
    listed.records++
    listed.record = payload ?? {}
  }

  addRow({ payload }: StoredPoint, labelField: string): void {
    const listed = this.#listed(payload?.[labelField])
    if (listed !== undefined) listed.rows++
  }

  end(): Pick<Listing, "ids" | "found" | "complete"> {
    if (this.#found.size > this.#room) this.#cut()
    return { ids: this.#sorted(), found: this.#found, complete: this.#end === undefined }
  }

  #listed(id: unknown): Listed | undefined {
    if (typeof id !== "string") return undefined
    const known = this.#found.get(id)
    if (known !== undefined) return known
    if (this.#after !== undefined && compareUtf8(id, this.#after) <= 0) return undefined
    if (this.#end !== undefined && compareUtf8(id, this.#end) > 0) return undefined
    // Twice the room before it is cut, so that cutting is rare.
    if (this.#found.size >= 2 * this.#room) this.#cut()
    if (this.#end !== undefined && compareUtf8(id, this.#end) > 0) return undefined
    const listed: Listed = { records: 0, rows: 0 }
    this.#found.set(id, listed)
    return listed
  }

  #cut(): void {
    const ids = this.#sorted()
    for (const id of ids.slice(this.#room)) this.#found.delete(id)
    this.#end = ids[this.#room - 1]
  }

  #sorted(): string[] {
    return [...this.#found.keys()].sort(compareUtf8)
  }
}
