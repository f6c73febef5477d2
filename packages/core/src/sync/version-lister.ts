import type { DocumentId } from "../document/document-id.ts"
import { Version } from "../commit/version.ts"
import type { VersionsEntry, VersionsFrame } from "./frame.ts"
import type { SyncHost } from "./sync-host.ts"
import { frameOverhead, maxPagesInFlight } from "./sync-limits.ts"
import { versionsEntrySize } from "./versions-codec.ts"

/** Lists our versions of whole units for the peer, page by page, never more than a few pages ahead of its answers. */
export class VersionLister {
  readonly #host: SyncHost
  readonly #pageEntries: number
  readonly #onPage: (page: VersionsFrame) => void
  #inFlight = 0
  #stopped = false
  #wake: () => void = () => {}

  constructor(host: SyncHost, pageEntries: number, onPage: (page: VersionsFrame) => void) {
    this.#host = host
    this.#pageEntries = pageEntries
    this.#onPage = onPage
  }

  /** Fulfilled when everything was handed out. `maxFrameBytes` is the peer's. */
  async list(collections: readonly string[], maxFrameBytes: number): Promise<void> {
    for (const collection of collections) {
      let after: DocumentId | undefined
      do after = await this.#nextPage(collection, after, maxFrameBytes - 2 * frameOverhead)
      while (after !== undefined && !this.#stopped)
    }
  }

  /** The peer worked through a page. */
  answered(): void {
    this.#inFlight--
    this.#wake()
  }

  stop(): void {
    this.#stopped = true
    this.#wake()
  }

  async #nextPage(
    collection: string,
    after: DocumentId | undefined,
    maxBytes: number
  ): Promise<DocumentId | undefined> {
    while (this.#inFlight >= maxPagesInFlight && !this.#stopped)
      await new Promise<void>(resolve => (this.#wake = resolve))
    const read = await this.#host.versions(collection, after, this.#pageEntries)
    if (this.#stopped) return undefined
    const entries = fitting(
      read.map(entry => shortened(entry, maxBytes)),
      maxBytes
    )
    const isLast = read.length < this.#pageEntries && entries.length === read.length
    const last = isLast ? undefined : entries.at(-1)?.document
    this.#inFlight++
    this.#onPage({
      kind: "versions",
      collection,
      entries,
      ...(after === undefined ? {} : { after }),
      ...(last === undefined ? {} : { last })
    })
    return last
  }
}

/** A version that would fill a frame is listed as unknown: the peer then sends all it has of that document. */
export function shortened({ document, version }: VersionsEntry, maxBytes: number): VersionsEntry {
  const entry = { document, version }
  return versionsEntrySize(entry) <= maxBytes ? entry : { document, version: Version.empty }
}

function fitting(entries: readonly VersionsEntry[], maxBytes: number): readonly VersionsEntry[] {
  let size = 0
  const end = entries.findIndex(entry => (size += versionsEntrySize(entry)) > maxBytes)
  return end === -1 ? entries : entries.slice(0, Math.max(1, end))
}
