import { equalBytes } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { StandingEntry, VersionsEntry } from "./frame.ts"
import type { KeptDocuments } from "./kept-documents.ts"
import type { SyncHost } from "./sync-host.ts"
import { frameOverhead, maxAsked } from "./sync-limits.ts"

/** What is to be done to find out. */
interface StandingListener {
  onAsk(documents: readonly DocumentId[]): void
  /** These have something there that is not here yet. */
  onWants(entries: readonly VersionsEntry[]): void
  /** Something of the document is here that the other side does not take. Once each. */
  onKept(document: DocumentId): void
  /** No answer came for the stall timeout. */
  onSilent(): void
}

/** Finds out over one connection how documents that are kept apart stand at the other end. */
export class KeptStanding {
  readonly #host: SyncHost
  readonly #kept: KeptDocuments
  readonly #listener: StandingListener
  #answer: (entries: readonly (StandingEntry | undefined)[]) => void = () => {}
  readonly #timeoutMs: number
  #cancel: () => void = () => {}
  #isStopped = false

  /** @param timeoutMs how long to wait for one answer: there may be hundreds of questions. */
  constructor(host: SyncHost, kept: KeptDocuments, timeoutMs: number, listener: StandingListener) {
    this.#host = host
    this.#kept = kept
    this.#timeoutMs = timeoutMs
    this.#listener = listener
  }

  /** Asks until there is nothing more to ask. Never fulfilled if no answer comes. */
  async settle(maxFrameBytes: number): Promise<void> {
    for (let asked = this.#next(maxFrameBytes); asked.length > 0; asked = this.#next(maxFrameBytes)) {
      this.#kept.asked(asked)
      const answered = new Promise<readonly (StandingEntry | undefined)[]>(
        resolve => (this.#answer = resolve)
      )
      this.#cancel = this.#host.ports.timers.schedule(this.#timeoutMs, () => this.#listener.onSilent())
      this.#listener.onAsk(asked)
      const entries = await answered
      this.#cancel()
      await this.#take(asked, entries)
    }
  }

  /** The answer to what was asked last. */
  answer(entries: readonly (StandingEntry | undefined)[]): void {
    this.#answer(entries)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
    this.#kept.disconnected()
  }

  #next(maxFrameBytes: number): readonly DocumentId[] {
    if (this.#isStopped) return []
    const asked: DocumentId[] = []
    let bytes = frameOverhead
    for (const document of this.#kept.unknown) {
      bytes += 3 * document.length + 2
      if (asked.length === maxAsked || (bytes > maxFrameBytes && asked.length > 0)) break
      asked.push(document)
    }
    return asked
  }

  async #take(asked: readonly DocumentId[], entries: readonly (StandingEntry | undefined)[]): Promise<void> {
    const wants: VersionsEntry[] = []
    for (const [i, document] of asked.entries()) {
      if (i >= entries.length) this.#kept.touch(document)
      else {
        const ours = await this.#host.entry(document)
        // What came of it meanwhile makes the answer an old one.
        if (!this.#kept.isAsked(document)) continue
        const theirs = entries[i]
        if (ours === undefined || (theirs !== undefined && equalBytes(theirs.digest, ours.digest)))
          this.#kept.release(document)
        else if (theirs === undefined) this.#learn(document, undefined)
        else if (isAllHere(ours.version.compare(theirs.version), theirs)) this.#learn(document, theirs)
        else {
          this.#kept.want(document)
          wants.push({ document, version: ours.version })
        }
      }
    }
    if (wants.length > 0) this.#listener.onWants(wants)
  }

  #learn(document: DocumentId, digest: Uint8Array | undefined): void {
    if (this.#kept.learn(document, digest)) this.#listener.onKept(document)
  }
}

/** Whether we have everything that is there. A version too large to be told says nothing about it. */
function isAllHere(order: string, { version }: StandingEntry): boolean {
  return version.entries.length > 0 && (order === "after" || order === "equal")
}
