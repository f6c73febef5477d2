import type { DocumentId } from "../document/document-id.ts"
import type { Recalled } from "./link-recall.ts"
import type { DurableGroup } from "../sync/sync-host.ts"
import type { SyncScope } from "../sync/sync-scope.ts"
import { inScope } from "../sync/sync-scope.ts"

/** A stretch of the log that becomes known to be there at once, when everything up to `position` is. */
interface Block {
  position: number
  commits: number
  readonly byDocument: Map<DocumentId, number>
}

/** Documents told apart. A screen shows "1,000 and more" then. */
const maxDocuments = 1_000

/** Blocks held apart; beyond it, neighbours become one, and are known to be there a little later. */
const maxBlocks = 256

/**
 * What became durable here and is not known to be on the other side of one link. Counts, not commits: what is sent comes
 * from elsewhere.
 */
export class UnsyncedLog {
  #blocks: Block[] = []
  readonly #byDocument = new Map<DocumentId, number>()
  #commits = 0
  #acked = 0
  /** There were documents beyond those told apart. */
  #overflown = false
  /** Nothing is acknowledged meanwhile, so that one block does for all. */
  #offline = true

  get commits(): number {
    return this.#commits
  }

  get documents(): number {
    return this.#byDocument.size
  }

  /** Whether commits of a document are among it. */
  has(document: DocumentId): boolean {
    return this.#byDocument.has(document) || this.#overflown
  }

  /** Says whether there is a connection. */
  setOffline(offline: boolean): void {
    this.#offline = offline
  }

  /** What became durable, but not by this link. */
  add({ commits, end }: DurableGroup, scope: SyncScope): void {
    const granted = commits.filter(({ document }) => inScope(scope, document))
    if (granted.length === 0) return
    const block = this.#blockAt(end.position)
    block.commits += granted.length
    this.#commits += granted.length
    for (const { document } of granted) this.#count(block, document)
  }

  /** What was left by an earlier life, unless it got there meanwhile. */
  recall({ position, records, documents }: Recalled): void {
    if (records === 0 || documents.length === 0 || position <= this.#acked) return
    const block = { position, commits: records, byDocument: new Map<DocumentId, number>() }
    this.#blocks.unshift(block)
    this.#commits += records
    for (const document of documents) this.#count(block, document)
  }

  /** The other side has everything up to this position. Says whether that changes anything. */
  acknowledge(position: number): boolean {
    this.#acked = Math.max(this.#acked, position)
    const kept = this.#blocks.findIndex(block => block.position > position)
    const known = this.#blocks.splice(0, kept < 0 ? this.#blocks.length : kept)
    for (const { commits, byDocument } of known) {
      this.#commits -= commits
      for (const [document, count] of byDocument) this.#discount(document, count)
    }
    if (this.#blocks.length === 0) this.#overflown = false
    return known.length > 0
  }

  #blockAt(position: number): Block {
    const last = this.#blocks.at(-1)
    if (last !== undefined && this.#offline) {
      last.position = position
      return last
    }
    if (this.#blocks.length >= maxBlocks) this.#blocks = halved(this.#blocks)
    const block = { position, commits: 0, byDocument: new Map<DocumentId, number>() }
    this.#blocks.push(block)
    return block
  }

  #count(block: Block, document: DocumentId): void {
    const total = this.#byDocument.get(document) ?? 0
    if (total === 0 && this.#byDocument.size >= maxDocuments) {
      this.#overflown = true
      return
    }
    this.#byDocument.set(document, total + 1)
    block.byDocument.set(document, (block.byDocument.get(document) ?? 0) + 1)
  }

  #discount(document: DocumentId, count: number): void {
    const left = (this.#byDocument.get(document) ?? 0) - count
    if (left > 0) this.#byDocument.set(document, left)
    else this.#byDocument.delete(document)
  }
}

/** Each two neighbours as one. */
function halved(blocks: readonly Block[]): Block[] {
  const merged: Block[] = []
  for (const [index, block] of blocks.entries()) {
    const before = merged.at(-1)
    if (index % 2 === 0 || before === undefined) merged.push(block)
    else {
      before.position = block.position
      before.commits += block.commits
      for (const [document, count] of block.byDocument)
        before.byDocument.set(document, (before.byDocument.get(document) ?? 0) + count)
    }
  }
  return merged
}
