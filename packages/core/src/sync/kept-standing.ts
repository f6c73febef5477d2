import { isSynclineError } from "@syncline/clock"
import { equalBytes } from "../codec/hex.ts"
import type { Version, VersionEntry } from "../commit/version.ts"
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
        const version = await this.#hear(document, entries[i])
        if (version !== undefined) wants.push({ document, version })
      }
    }
    if (wants.length > 0) this.#listener.onWants(wants)
  }

  /** That is how a document stands there. The version to ask for it with, if that is to be done. */
  async #hear(document: DocumentId, theirs: StandingEntry | undefined): Promise<Version | undefined> {
    const ours = await this.#host.entry(document)
    const isSame = theirs !== undefined && ours !== undefined && equalBytes(theirs.digest, ours.digest)
    const isApart = ours !== undefined && theirs !== undefined && !isSame
    const version = isApart ? await this.#lacking(document, ours.version, theirs.version) : undefined
    // What came of it meanwhile makes the answer an old one.
    if (!this.#kept.isAsked(document)) return undefined
    if (ours === undefined || isSame) this.#kept.release(document)
    else if (theirs === undefined || version === undefined) this.#learn(document, theirs)
    else if (this.#kept.want(document, { ours: ours.digest, theirs: theirs.digest })) return version
    else this.#learn(document, theirs, false)
    return undefined
  }

  /**
   * The version to ask with, where something is there that is not here. Being further on another branch of a chain, this side says that
   * it is no further than the other one, which could not tell otherwise that it is another branch.
   */
  async #lacking(document: DocumentId, ours: Version, theirs: Version): Promise<Version | undefined> {
    if (!isCovered(theirs, ours)) return ours
    // Where both are equally far, their hashes were compared.
    if (theirs.entries.every(({ actor, seq }) => seq === ours.get(actor))) return undefined
    const elsewhere = await this.#elsewhere(document, theirs)
    return elsewhere.length === 0 ? undefined : theirs.with(...elsewhere)
  }

  async #elsewhere(document: DocumentId, theirs: Version): Promise<readonly VersionEntry[]> {
    try {
      return (await this.#host.delta(document, { version: theirs })).elsewhere ?? []
    } catch (error) {
      // Whoever wants to read it is told. For this link it is kept apart as it is.
      if (isSynclineError(error, "document-unreadable")) return []
      throw error
    }
  }

  #learn(document: DocumentId, theirs: StandingEntry | undefined, isComplete = true): void {
    if (this.#kept.learn(document, theirs, isComplete)) this.#listener.onKept(document)
  }
}

/** Whether all commits of a version are here, going by their numbers. One too large to be told says nothing about it. */
function isCovered(theirs: Version, ours: Version): boolean {
  const order = ours.compare(theirs)
  return theirs.entries.length > 0 && (order === "after" || order === "equal")
}
