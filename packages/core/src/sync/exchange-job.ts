import { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { FoundFrame, VersionsEntry } from "./frame.ts"
import type { Gate } from "./link-grant.ts"
import type { DocumentVersionEntry, SyncHost } from "./sync-host.ts"
import { isInUnit } from "./sync-scope.ts"
import { unitVersions } from "./unit-versions.ts"

/** What comes of one step: documents the peer lacks something of (`version` is what it has; absent: nothing), and such we do. */
export interface Share {
  readonly documents: readonly { readonly document: DocumentId; readonly version?: Version }[]
  readonly wants: readonly VersionsEntry[]
  /** Documents of which the peer has something that it may not write. */
  readonly refused: readonly DocumentId[]
  /** What the peer found in one frame is worked through. */
  readonly endsFound: boolean
}

/** One frame of what the peer found. */
export interface FoundWork {
  readonly frame: FoundFrame
  readonly collection: string
  /** Documents of ours that it names. */
  readonly resolve: () => Promise<readonly DocumentId[]>
}

/** Documents one side of a listing may have: it is for a handful of them. */
const maxListed = 4096

/** A version that stands for one too large to tell: all of the document is sent, and asked for. */
const isUnknown = (version: Version) => version.entries.length === 0

/**
 * Works through what is to be sent in a round: whole units the peer has nothing of, and what either side found to
 * differ in the others.
 */
export class ExchangeJob {
  readonly #host: SyncHost
  readonly #pageEntries: number
  readonly #gate: Gate
  readonly #whole: string[]
  /** A catch-up by cursor brings documents with newer records than this anyway. */
  readonly #cursor: number | undefined
  readonly #found: FoundWork[] = []
  /** By unit: documents that the peer may have nothing of, and those it listed. */
  readonly #alone = new Map<number, Set<DocumentId>>()
  readonly #listed = new Map<number, Set<DocumentId>>()
  /** Steps of the frame at hand. */
  #steps: AsyncGenerator<Share, void> | undefined
  #after: DocumentId | undefined
  #isComplete = false

  constructor(
    host: SyncHost,
    pageEntries: number,
    gate: Gate,
    plan: { readonly whole: readonly string[]; readonly cursor?: number }
  ) {
    this.#host = host
    this.#pageEntries = pageEntries
    this.#gate = gate
    this.#whole = [...plan.whole]
    this.#cursor = plan.cursor
  }

  /** Whether there is something to do now. */
  get hasWork(): boolean {
    return this.#whole.length > 0 || this.#found.length > 0 || this.#steps !== undefined
  }

  /** Whether `next` will say `done`. */
  get isOver(): boolean {
    return this.#isComplete && !this.hasWork
  }

  /** Whether nothing else may be sent before this is done: without a cursor, the peer lacks what the rest builds on. */
  get blocks(): boolean {
    return this.#cursor === undefined
  }

  /** Takes what the peer found. */
  offer(work: FoundWork): void {
    this.#found.push(work)
  }

  /** Nothing more will be found. */
  complete(): void {
    this.#isComplete = true
  }

  /**
   * The next step, `waiting` for what is still to be found, or `done`.
   *
   * @throws SynclineError `protocol-violation` for findings that are not what they say.
   */
  async next(): Promise<Share | "waiting" | "done"> {
    const [whole] = this.#whole
    if (whole !== undefined) return this.#nextWhole(whole)
    const work = this.#steps === undefined ? this.#found.shift() : undefined
    if (work !== undefined) this.#steps = this.#workThrough(work)
    if (this.#steps === undefined) return this.#isComplete ? "done" : "waiting"
    const { value, done } = await this.#steps.next()
    if (done !== true) return value
    this.#steps = undefined
    return { documents: [], wants: [], refused: [], endsFound: true }
  }

  async #nextWhole(collection: string): Promise<Share> {
    const { entries, next } = await unitVersions(this.#host, collection, this.#after, this.#pageEntries)
    this.#after = next
    if (next === undefined) this.#whole.shift()
    return share(entries.map(({ document }) => ({ document })))
  }

  async *#workThrough({ frame, collection, resolve }: FoundWork): AsyncGenerator<Share, void> {
    const { unit, entries, level, last } = frame
    const forked = new Set(frame.forked)
    const alone = setOf(this.#alone, unit)
    for (const document of await resolve()) alone.add(document)
    const listed = setOf(this.#listed, unit)
    for (let from = 0; from < entries.length; from += this.#pageEntries) {
      const [documents, wants]: [{ document: DocumentId; version?: Version }[], VersionsEntry[]] = [[], []]
      const refused: DocumentId[] = []
      for (const [i, entry] of entries.slice(from, from + this.#pageEntries).entries()) {
        const { document, version: theirs } = entry
        if (!isInUnit(collection, document))
          throw coreError("protocol-violation", `${document} was found in a comparison of ${collection}`)
        alone.delete(document)
        if (level === "list") listed.add(document)
        const [sends, takes] = [this.#gate.sends(document), this.#gate.takes(document)]
        // Of what the peer may not even see, nothing may depend on whether it is here.
        const ours = sends || takes ? await this.#host.entry(document) : undefined
        const isNews = ours === undefined || isBehind(ours.version, theirs)
        if (isNews && !takes) refused.push(document)
        if (takes && (isNews || forked.has(from + i)))
          wants.push({ document, version: ours?.version ?? Version.empty })
        if (ours !== undefined && !this.#isCovered(ours) && !lacksNothing(ours, theirs))
          documents.push(withKnown(document, theirs))
      }
      yield { documents, wants, refused, endsFound: false }
    }
    if (listed.size > maxListed)
      throw coreError("protocol-violation", `more than ${maxListed} documents of ${collection} listed`)
    if (!last) return
    this.#alone.delete(unit)
    this.#listed.delete(unit)
    yield* this.#all([...alone])
    if (level === "list") yield* this.#unlisted(collection, listed)
  }

  /** Documents the peer has nothing of. */
  async *#all(documents: readonly DocumentId[]): AsyncGenerator<Share> {
    for (let from = 0; from < documents.length; from += this.#pageEntries) {
      const page = documents.slice(from, from + this.#pageEntries)
      const rest: DocumentId[] = []
      for (const document of page)
        if (this.#cursor === undefined || !this.#isCovered(await this.#host.entry(document)))
          rest.push(document)
      yield share(rest.map(document => ({ document })))
    }
  }

  #isCovered(entry: DocumentVersionEntry | undefined): boolean {
    return this.#cursor !== undefined && (entry?.position ?? 0) > this.#cursor
  }

  /** Everything here of a unit that the peer, listing all it has, did not name. */
  async *#unlisted(collection: string, listed: ReadonlySet<DocumentId>): AsyncGenerator<Share> {
    let after: DocumentId | undefined
    do {
      const { entries, next } = await unitVersions(this.#host, collection, after, this.#pageEntries)
      const rest = entries.filter(entry => !listed.has(entry.document) && !this.#isCovered(entry))
      yield share(rest.map(({ document }) => ({ document })))
      after = next
    } while (after !== undefined)
  }
}

function share(documents: Share["documents"]): Share {
  return { documents, wants: [], refused: [], endsFound: false }
}

function setOf(sets: Map<number, Set<DocumentId>>, unit: number): Set<DocumentId> {
  const set = sets.get(unit) ?? new Set()
  sets.set(unit, set)
  return set
}

function withKnown(document: DocumentId, theirs: Version): Share["documents"][number] {
  return isUnknown(theirs) ? { document } : { document, version: theirs }
}

/** Whether the peer may have something we lack. */
function isBehind(ours: Version, theirs: Version): boolean {
  const order = ours.compare(theirs)
  return order === "before" || order === "concurrent" || order === "forked" || isUnknown(theirs)
}

/** Whether a peer with this version has all we have. One that is further on a forked chain may be so on the other branch. */
function lacksNothing({ version, forked = [] }: DocumentVersionEntry, known: Version): boolean {
  const order = version.compare(known)
  if (order !== "equal" && order !== "before") return false
  return forked.every(actor => known.get(actor) <= version.get(actor))
}
