import type { DocumentId } from "../document/document-id.ts"
import type { Substitutes } from "./scope-view.ts"

/** Documents kept apart on one link, at most. Beyond it the link stays unequal, and says so. */
const maxKept = 4096

/** What is known of one document that the other side does not take from here. */
interface Kept {
  /** The other side said so; otherwise the grant does. */
  isRefused: boolean
  /** `theirs` is how the document stands there; `wanted`: it has something that is not here yet. */
  standing: "unknown" | "asked" | "wanted" | "known"
  theirs: Uint8Array | undefined
  /** People were told. */
  isShown: boolean
}

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
  #grant: string | undefined
  /** Called when `shown` may have changed. */
  onChange: () => void = () => {}

  /** Documents that differ for good under this grant, for people to see. */
  get shown(): readonly DocumentId[] {
    return [...this.#documents].filter(([, { isShown }]) => isShown).map(([id]) => id)
  }

  /** Digests that are to stand for ours. */
  get substitutes(): Substitutes {
    const known = [...this.#documents].filter(([, { standing }]) => standing === "known")
    return new Map(known.map(([id, { theirs }]) => [id, theirs]))
  }

  /** Under which all of this holds. */
  get grant(): string | undefined {
    return this.#grant
  }

  /** What is worth remembering. */
  get remembered(): readonly RememberedDocument[] {
    return [...this.#documents].map(([document, { isRefused, standing, theirs }]) => ({
      document,
      isRefused,
      standing: standing === "known" ? { theirs } : undefined
    }))
  }

  /** Takes up what was remembered, unless something is known already. */
  restore(grant: string, documents: readonly RememberedDocument[]): void {
    if (this.#grant !== undefined) return
    this.#grant = grant
    for (const { document, isRefused, standing } of documents) {
      const kept = this.#entry(document)
      if (kept === undefined) continue
      kept.isRefused = isRefused
      kept.isShown = isRefused || standing !== undefined
      if (standing !== undefined) Object.assign(kept, { standing: "known", theirs: standing.theirs })
    }
    this.onChange()
  }

  /** Documents of which it is to be asked how they stand. */
  get unknown(): readonly DocumentId[] {
    return [...this.#documents].filter(([, { standing }]) => standing === "unknown").map(([id]) => id)
  }

  /**
   * What holds from now on is that grant. Says whether roots were made under another one, with digests that stood for ours: what
   * was kept may be allowed now.
   */
  begin(grant: string): boolean {
    if (this.#grant === grant) return false
    const isStale = this.substitutes.size > 0
    const isEmpty = this.#documents.size === 0
    this.#grant = grant
    this.#documents.clear()
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
    this.#entry(document)
  }

  /** The other side did not take it. */
  refuse(document: DocumentId): void {
    const kept = this.#entry(document)
    if (kept === undefined) return
    Object.assign(kept, { isRefused: true, isShown: true, standing: "unknown" })
    this.onChange()
  }

  /** The other side sent something of it: it stands otherwise there. */
  touch(document: DocumentId): void {
    const kept = this.#documents.get(document)
    if (kept !== undefined) kept.standing = "unknown"
  }

  /** Nothing that was learned is relied on any more: roots are unequal. */
  forget(): void {
    for (const kept of this.#documents.values()) kept.standing = "unknown"
  }

  /** Of these it was asked how they stand. */
  asked(documents: readonly DocumentId[]): void {
    for (const document of documents) {
      const kept = this.#documents.get(document)
      if (kept !== undefined) kept.standing = "asked"
    }
  }

  isAsked(document: DocumentId): boolean {
    return this.#documents.get(document)?.standing === "asked"
  }

  /** The connection ended: what was asked for is asked for again. */
  disconnected(): void {
    for (const kept of this.#documents.values()) if (kept.standing !== "known") kept.standing = "unknown"
  }

  /** It has something there that is not here yet. */
  want(document: DocumentId): void {
    const kept = this.#documents.get(document)
    if (kept !== undefined) kept.standing = "wanted"
  }

  /** This is its digest there; `undefined`: it is not there. Says whether that is news to people. */
  learn(document: DocumentId, theirs: Uint8Array | undefined): boolean {
    const kept = this.#documents.get(document)
    if (kept === undefined) return false
    const isNews = !kept.isShown
    Object.assign(kept, { standing: "known", theirs, isShown: true })
    this.onChange()
    return isNews
  }

  /** Both sides have the same of it. */
  release(document: DocumentId): void {
    if (this.#documents.delete(document)) this.onChange()
  }

  #entry(document: DocumentId): Kept | undefined {
    const kept = this.#documents.get(document)
    if (kept !== undefined) return kept
    if (this.#documents.size >= maxKept) return undefined
    const fresh: Kept = { isRefused: false, standing: "unknown", theirs: undefined, isShown: false }
    this.#documents.set(document, fresh)
    return fresh
  }
}
