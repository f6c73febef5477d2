import { equalBytes } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { StandingEntry, VersionsEntry } from "./frame.ts"
import type { KeptDocuments } from "./kept-documents.ts"
import type { ComparedEntry, SyncHost } from "./sync-host.ts"
import { frameOverhead, maxAsked } from "./sync-limits.ts"

/** What is to be done to find out. */
interface StandingListener {
  onAsk(documents: readonly DocumentId[]): void
  /** These have something there that is not here yet. */
  onWants(entries: readonly VersionsEntry[]): void
  /** Something of the document is here that the other side does not take. Once each. */
  onKept(document: DocumentId): void
}

/** Finds out over one connection how documents that are kept apart stand at the other end. */
export class KeptStanding {
  readonly #host: SyncHost
  readonly #kept: KeptDocuments
  readonly #listener: StandingListener
  #answer: (entries: readonly (StandingEntry | undefined)[]) => void = () => {}
  /** The one that is under way. */
  #question: Promise<void> | undefined
  #isStopped = false

  constructor(host: SyncHost, kept: KeptDocuments, listener: StandingListener) {
    this.#host = host
    this.#kept = kept
    this.#listener = listener
  }

  /**
   * Asks until there is nothing more to ask, one question at a time: who comes while another one waits for an answer goes on after it.
   * Never fulfilled if no answer comes.
   */
  async settle(maxFrameBytes: number): Promise<void> {
    for (const document of this.#kept.doubted)
      this.#kept.look(document, (await this.#host.entry(document))?.digest)
    for (;;) {
      while (this.#question !== undefined) await this.#question
      const asked = this.#next(maxFrameBytes)
      if (asked.length === 0) return
      this.#question = this.#ask(asked)
      try {
        await this.#question
      } finally {
        this.#question = undefined
      }
    }
  }

  /** The answer to what was asked last. */
  answer(entries: readonly (StandingEntry | undefined)[]): void {
    this.#answer(entries)
  }

  stop(): void {
    this.#isStopped = true
    this.#kept.disconnected()
  }

  async #ask(documents: readonly DocumentId[]): Promise<void> {
    this.#kept.asked(documents)
    const answered = new Promise<readonly (StandingEntry | undefined)[]>(resolve => (this.#answer = resolve))
    this.#listener.onAsk(documents)
    await this.#take(documents, await answered)
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
        const theirs = entries[i]
        const ours = await this.#compared(document, theirs)
        // What came of it meanwhile makes the answer an old one, and the next connection asks for itself.
        if (this.#isStopped) return
        if (!this.#kept.isAsked(document)) continue
        if (ours === undefined || (theirs !== undefined && equalBytes(theirs.digest, ours.digest)))
          this.#kept.release(document)
        else if (theirs === undefined) this.#learn(document, undefined)
        else if (isAllHere(ours, theirs)) {
          this.#learn(document, theirs)
          this.#kept.cover(document, ours.digest)
        } else if (this.#kept.want(document, { ours: ours.digest, theirs: theirs.digest }))
          wants.push({ document, version: ours.parted ?? ours.version })
        else this.#learn(document, theirs, false)
      }
    }
    if (wants.length > 0) this.#listener.onWants(wants)
  }

  /** How it stands here, beside how it stands there. That takes a reading of all of it, which says the same until either side is another. */
  async #compared(
    document: DocumentId,
    theirs: StandingEntry | undefined
  ): Promise<ComparedEntry | undefined> {
    const ours = await this.#host.entry(document)
    if (ours === undefined || theirs === undefined) return ours
    const isCovered = this.#kept.isCovered(document, { ours: ours.digest, theirs: theirs.digest })
    return isCovered ? ours : this.#host.entryBeside(document, theirs.version)
  }

  #learn(document: DocumentId, theirs: StandingEntry | undefined, isComplete = true): void {
    if (this.#kept.learn(document, theirs, isComplete)) this.#listener.onKept(document)
  }
}

/** Whether we have everything that is there. A version too large to be told says nothing about it. */
function isAllHere(ours: ComparedEntry, { version }: StandingEntry): boolean {
  const order = ours.version.compare(version)
  return version.entries.length > 0 && ours.parted === undefined && (order === "after" || order === "equal")
}
