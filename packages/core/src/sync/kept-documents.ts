import { equalBytes } from "../codec/hex.ts"
import type { Version } from "../commit/version.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { StandingEntry } from "./frame.ts"
import type { Substitutes } from "./scope-view.ts"

/** What a document kept apart takes, beside its id. */
const bytesEach = 150

/** What all may take, for each that may be kept, and in any case: the other side names them, and an id may have 512 characters. */
const bytesReckoned = 300
const bytesSpare = 2 ** 16

/** A document there. */
type Standing = Pick<StandingEntry, "digest" | "version">

/** What is known of one document that the other side does not take from here. */
interface Kept {
  /** The other side said so; otherwise the grant does. */
  isRefused: boolean
  /** `theirs` is how the document stands there; `wanted`: it has something that is not here yet. */
  standing: "unknown" | "asked" | "wanted" | "known"
  theirs: Uint8Array | undefined
  /** Which state here had all of `theirs` in it; absent where none is known to have. */
  covering: number | undefined
  /** People were told. */
  isShown: boolean
}

/** What was asked for of a document, and whether something of it came. */
interface Want {
  /** Digests. */
  readonly ours: Uint8Array
  readonly theirs: Uint8Array
  isAnswered: boolean
}

/** How a document that was asked for stands there: at a version, not there at all, or as it is here. */
export type KeptAnswer = Version | "absent" | "same"

/** One document, as it is remembered. */
export interface RememberedDocument {
  readonly document: DocumentId
  readonly isRefused: boolean
  /** How it stands there, where that is known. */
  readonly standing: { readonly theirs: Uint8Array | undefined } | undefined
}

/**
 * Documents with commits here that the other side does not take, under one grant. In comparisons the other side's digest stands
 * for ours, once it is known that everything it has of them is here: so both sides are equal but for what is shown here.
 */
export class KeptDocuments {
  readonly #documents = new Map<DocumentId, Kept>()
  readonly #most: number
  // What is asked for of all of them lies beside them: there may be a hundred thousand.
  readonly #shown = new Set<DocumentId>()
  readonly #unknown = new Set<DocumentId>()
  readonly #substitutes = new Map<DocumentId, Uint8Array | undefined>()
  /** What was asked for on this connection. */
  readonly #wants = new Map<DocumentId, Want>()
  /** Of these it is known how they stand there, and they may stand otherwise here by now. */
  readonly #doubted = new Set<DocumentId>()
  /** Who waits to hear how a document stands there. */
  readonly #asking = new Map<DocumentId, ((answer: KeptAnswer) => void)[]>()
  #isFull = false
  #bytes = 0
  #grant: string | undefined
  /** Called when `shown` may have changed. */
  onChange: () => void = () => {}
  /** Called when there is one more than can be kept apart: once until there is room again. */
  onFull: (most: number) => void = () => {}

  /** @param most documents kept apart. Beyond it the link stays unequal, and says so. */
  constructor(most: number) {
    this.#most = most
  }

  /** Documents that differ for good under this grant, for people to see. */
  get shown(): ReadonlySet<DocumentId> {
    return this.#shown
  }

  /** Digests that are to stand for ours. */
  get substitutes(): Substitutes {
    return this.#substitutes
  }

  /** Under which all of this holds. */
  get grant(): string | undefined {
    return this.#grant
  }

  /** What is worth remembering, of so many. */
  remembered(most: number): readonly RememberedDocument[] {
    const remembered: RememberedDocument[] = []
    for (const [document, { isRefused, standing, theirs }] of this.#documents) {
      if (remembered.length === most) break
      const isKnown = standing === "known" && !this.#wants.has(document)
      remembered.push({ document, isRefused, standing: isKnown ? { theirs } : undefined })
    }
    return remembered
  }

  /** Takes up what was remembered, unless something is known already. */
  restore(grant: string, documents: readonly RememberedDocument[]): void {
    if (this.#grant !== undefined) return
    this.#grant = grant
    for (const { document, isRefused, standing } of documents) {
      if (!this.#add(document)) continue
      this.#set(document, { isRefused, isShown: isRefused || standing !== undefined })
      if (standing !== undefined) this.#set(document, { standing: "known", theirs: standing.theirs })
    }
    this.onChange()
  }

  /** Documents of which it is to be asked how they stand. */
  get unknown(): ReadonlySet<DocumentId> {
    return this.#unknown
  }

  /**
   * What holds from now on is that grant. Says whether roots were made under another one, with digests that stood for ours: what
   * was kept may be allowed now.
   */
  begin(grant: string): boolean {
    if (this.#grant === grant) return false
    const isStale = this.#substitutes.size > 0
    const isEmpty = this.#documents.size === 0
    this.#grant = grant
    this.#isFull = false
    this.#bytes = 0
    for (const all of [this.#documents, this.#shown, this.#unknown, this.#substitutes]) all.clear()
    for (const all of [this.#wants, this.#doubted]) all.clear()
    for (const document of [...this.#asking.keys()]) this.#answer(document, "same")
    if (!isEmpty) this.onChange()
    return isStale
  }

  isRefused(document: DocumentId): boolean {
    return this.#documents.get(document)?.isRefused === true
  }

  has(document: DocumentId): boolean {
    return this.#documents.has(document)
  }

  /** Something of it is here that may not be sent. */
  withhold(document: DocumentId): void {
    if (this.#add(document) && this.#substitutes.has(document)) this.#doubted.add(document)
  }

  /** What may have become the same as there, or something that can be asked for again. */
  get doubted(): readonly DocumentId[] {
    return [...this.#doubted]
  }

  /** This is how one of those stands here now. */
  look(document: DocumentId, ours: Uint8Array | undefined): void {
    if (!this.#doubted.has(document)) return
    const theirs = this.#substitutes.get(document)
    const want = this.#wants.get(document)
    if (ours === undefined || (theirs !== undefined && equalBytes(ours, theirs))) this.release(document)
    else if (want === undefined) this.#doubted.delete(document)
    else if (!equalBytes(ours, want.ours)) this.touch(document)
  }

  /** The other side did not take it. */
  refuse(document: DocumentId): void {
    if (!this.#add(document)) return
    this.#set(document, { isRefused: true, isShown: true, standing: "unknown" })
    this.onChange()
  }

  /** It may stand otherwise there. */
  touch(document: DocumentId): void {
    this.#set(document, { standing: "unknown" })
  }

  /** The other side sent something of it. */
  arrived(document: DocumentId): void {
    const want = this.#wants.get(document)
    if (want !== undefined) want.isAnswered = true
    this.touch(document)
  }

  /** How a document that is kept apart stands there, asked anew. */
  ask(document: DocumentId): Promise<KeptAnswer> {
    this.touch(document)
    return new Promise(resolve => {
      this.#asking.set(document, [...(this.#asking.get(document) ?? []), resolve])
    })
  }

  /** Nothing that was learned is relied on any more: roots are unequal. */
  forget(): void {
    for (const document of this.#documents.keys()) this.#set(document, { standing: "unknown" })
  }

  /** Of these it was asked how they stand. */
  asked(documents: readonly DocumentId[]): void {
    for (const document of documents) this.#set(document, { standing: "asked" })
  }

  isAsked(document: DocumentId): boolean {
    return this.#documents.get(document)?.standing === "asked"
  }

  /** The connection ended: what was asked for is asked for again. */
  disconnected(): void {
    for (const [document, { standing }] of this.#documents)
      if (standing !== "known" || this.#wants.has(document)) this.#set(document, { standing: "unknown" })
    this.#wants.clear()
  }

  /**
   * It has something there that is not here yet. Says whether that is worth asking for: what came when it was asked for, and changed
   * neither side, is nothing that this side can take.
   */
  want(document: DocumentId, { ours, theirs }: Pick<Want, "ours" | "theirs">): boolean {
    const last = this.#wants.get(document)
    if (last?.isAnswered === true && equalBytes(last.ours, ours) && equalBytes(last.theirs, theirs))
      return false
    this.#wants.set(document, { ours, theirs, isAnswered: false })
    this.#set(document, { standing: "wanted" })
    return true
  }

  /**
   * This is how it stands there; `undefined`: it is not there. Says whether that is news to people.
   *
   * @param isAllHere otherwise something of it cannot be taken here, and may be later: by whom or why, nobody tells.
   */
  learn(document: DocumentId, theirs: Standing | undefined, isAllHere = true): boolean {
    const kept = this.#documents.get(document)
    if (kept === undefined) return false
    const isNews = !kept.isShown
    this.#set(document, { standing: "known", theirs: theirs?.digest, covering: undefined, isShown: true })
    if (isAllHere) this.#wants.delete(document)
    else this.#doubted.add(document)
    this.#answer(document, theirs?.version ?? "absent")
    this.onChange()
    return isNews
  }

  /** With that digest here, everything is here that was learned last to be there. */
  cover(document: DocumentId, ours: Uint8Array): void {
    this.#set(document, { covering: markOf(ours) })
  }

  /** Whether that is known, so that neither side has to be read for it. */
  isCovered(document: DocumentId, { ours, theirs }: Pick<Want, "ours" | "theirs">): boolean {
    const kept = this.#documents.get(document)
    if (kept?.theirs === undefined || kept.covering === undefined) return false
    return kept.covering === markOf(ours) && equalBytes(kept.theirs, theirs)
  }

  /** Both sides have the same of it. */
  release(document: DocumentId): void {
    if (!this.#documents.delete(document)) return
    this.#bytes -= sizeOf(document)
    this.#isFull = false
    for (const all of [this.#shown, this.#unknown, this.#substitutes, this.#wants, this.#doubted])
      all.delete(document)
    this.#answer(document, "same")
    this.onChange()
  }

  #answer(document: DocumentId, answer: KeptAnswer): void {
    for (const resolve of this.#asking.get(document) ?? []) resolve(answer)
    this.#asking.delete(document)
  }

  /** Says whether it is kept apart. */
  #add(document: DocumentId): boolean {
    if (this.#documents.has(document)) return true
    const bytes = this.#bytes + sizeOf(document)
    if (this.#documents.size >= this.#most || bytes > this.#most * bytesReckoned + bytesSpare) {
      if (!this.#isFull) this.onFull(this.#most)
      this.#isFull = true
      return false
    }
    this.#bytes = bytes
    this.#documents.set(document, {
      isRefused: false,
      standing: "unknown",
      theirs: undefined,
      covering: undefined,
      isShown: false
    })
    this.#unknown.add(document)
    return true
  }

  #set(document: DocumentId, change: Partial<Kept>): void {
    const kept = this.#documents.get(document)
    if (kept === undefined) return
    const { standing, theirs, isShown } = Object.assign(kept, change)
    if (standing === "unknown") this.#unknown.add(document)
    else this.#unknown.delete(document)
    if (standing === "known") this.#substitutes.set(document, theirs)
    else {
      this.#substitutes.delete(document)
      this.#doubted.delete(document)
    }
    if (isShown) this.#shown.add(document)
  }
}

function sizeOf(document: DocumentId): number {
  return bytesEach + 2 * document.length
}

/** 52 bits of one of our own digests. A number takes a tenth of what the digest does, and there may be a hundred thousand. */
function markOf({ buffer, byteOffset }: Uint8Array): number {
  const view = new DataView(buffer, byteOffset)
  return view.getUint32(0) * 2 ** 20 + (view.getUint32(4) >>> 12)
}
