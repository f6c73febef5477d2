import type { Commit } from "../commit/commit.ts"
import type { DocumentId } from "../document/document-id.ts"

/** Commits that cannot be sent over a connection, so that what builds on them need not be: the peer could not take it. */
export class UnsendableCommits {
  /** By document, of each actor the lowest seq. */
  readonly #lowest = new Map<DocumentId, Map<string, number>>()

  /** It cannot be sent. */
  add({ document, dot: { actor, seq } }: Commit): void {
    const actors = this.#lowest.get(document) ?? new Map<string, number>()
    this.#lowest.set(document, actors)
    actors.set(actor, Math.min(seq, actors.get(actor) ?? seq))
  }

  /** Whether a commit builds on one of them; it is one of them then. */
  takes(commit: Commit): boolean {
    const actors = this.#lowest.get(commit.document)
    if (actors === undefined) return false
    const isAbove = (actor: string, seq: number) => seq >= (actors.get(actor) ?? Number.POSITIVE_INFINITY)
    const isOne =
      isAbove(commit.dot.actor, commit.dot.seq) ||
      commit.dependencies.some(({ actor, seq }) => isAbove(actor, seq))
    if (isOne) this.add(commit)
    return isOne
  }

  /** The peer may have got them from somebody else: what it lacks of the document is looked at anew. */
  forget(document: DocumentId): void {
    this.#lowest.delete(document)
  }
}
