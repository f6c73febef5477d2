import type { Commit } from "../commit/commit.ts"
import type { DocumentId } from "../document/document-id.ts"
import { sizeOf } from "./log-queue.ts"

/** Commits that must not go out before something else of their documents, in their order. */
export class LateCommits {
  #commits: Commit[] = []
  #documents = new Set<DocumentId>()
  #bytes = 0

  /** Rough size in memory. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether something of the document is here: what comes after it has to wait, too. */
  has(document: DocumentId): boolean {
    return this.#documents.has(document)
  }

  add(commit: Commit): void {
    this.#commits.push(commit)
    this.#documents.add(commit.document)
    this.#bytes += sizeOf([commit])
  }

  /** All of them, which are here no more. */
  takeAll(): readonly Commit[] {
    const commits = this.#commits
    this.#commits = []
    this.#documents = new Set()
    this.#bytes = 0
    return commits
  }
}
