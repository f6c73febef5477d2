import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { compareUtf8 } from "../store/compare-utf8.ts"
import type { VersionsFrame } from "./frame.ts"
import type { OutgoingPlan } from "./sync-effect.ts"
import type { DocumentVersionEntry, SyncHost } from "./sync-host.ts"

/** Documents the peer lacks something of; `version` is what it has (absent: nothing). */
interface Share {
  readonly documents: readonly { readonly document: DocumentId; readonly version?: Version }[]
  /** The page these came from is worked through. */
  readonly endsPage: boolean
}

/**
 * Finds what a stranger lacks: whole units it has nothing of, and in the others every document whose version there is
 * not at or above ours. Pages state the range they cover, so that documents absent there are found too.
 */
export class ExchangeJob {
  readonly #host: SyncHost
  readonly #pageEntries: number
  readonly #whole: string[]
  readonly #listed: string[]
  readonly #pages: VersionsFrame[] = []
  /** Up to where the last page offered reached. */
  #offered: DocumentId | undefined
  #offeredUnits = 0
  /** Up to where our own documents were looked at in the unit or page at hand. */
  #after: DocumentId | undefined

  constructor(
    host: SyncHost,
    plan: Extract<OutgoingPlan, { readonly kind: "exchange" }>,
    pageEntries: number
  ) {
    this.#host = host
    this.#pageEntries = pageEntries
    this.#whole = [...plan.whole]
    this.#listed = [...plan.listed]
  }

  /** Whether a page waits to be worked through. */
  get hasPage(): boolean {
    return this.#pages.length > 0
  }

  /** Takes a page; answers with what is wrong if it is not the one that had to come. */
  offerPage(page: VersionsFrame): string | undefined {
    if (page.collection !== this.#listed[this.#offeredUnits] || page.after !== this.#offered)
      return `a page of ${page.collection} came out of turn`
    if (page.last !== undefined && compareUtf8(page.last, page.after ?? "") <= 0)
      return `a page of ${page.collection} ends before it begins`
    this.#pages.push(page)
    this.#offered = page.last
    if (page.last === undefined) this.#offeredUnits++
    return undefined
  }

  /** The next documents to send, `waiting` for a page, or `done`. */
  async next(): Promise<Share | "waiting" | "done"> {
    const [whole] = this.#whole
    if (whole !== undefined) return this.#nextWhole(whole)
    const [page] = this.#pages
    if (page !== undefined) return this.#nextOfPage(page)
    return this.#listed.length === this.#offeredUnits ? "done" : "waiting"
  }

  async #nextWhole(collection: string): Promise<Share> {
    const entries = await this.#host.versions(collection, this.#after, this.#pageEntries)
    this.#after = entries.at(-1)?.document
    if (entries.length < this.#pageEntries) {
      this.#whole.shift()
      this.#after = undefined
    }
    return { documents: entries.map(({ document }) => ({ document })), endsPage: false }
  }

  async #nextOfPage(page: VersionsFrame): Promise<Share> {
    const { collection, last } = page
    const entries = await this.#host.versions(collection, this.#after ?? page.after, this.#pageEntries)
    const within =
      last === undefined ? entries : entries.filter(({ document }) => compareUtf8(document, last) <= 0)
    this.#after = within.at(-1)?.document
    const endsPage = within.length < this.#pageEntries
    if (endsPage) {
      this.#pages.shift()
      this.#after = undefined
    }
    const theirs = new Map(page.entries.map(({ document, version }) => [document, version]))
    const documents = within.flatMap(entry => {
      const { document } = entry
      const known = theirs.get(document)
      if (known === undefined) return [{ document }]
      return lacksNothing(entry, known) ? [] : [{ document, version: known }]
    })
    return { documents, endsPage }
  }
}

/** Whether a peer with this version has all we have. One that is further on a forked chain may be so on the other branch. */
function lacksNothing({ version, forked = [] }: DocumentVersionEntry, known: Version): boolean {
  const order = version.compare(known)
  if (order !== "equal" && order !== "before") return false
  return forked.every(actor => known.get(actor) <= version.get(actor))
}
