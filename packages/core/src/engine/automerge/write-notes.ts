import type { ChangedNodes } from "./changed-nodes.ts"
import type { Handle } from "./automerge-handle.ts"

/** Brings a node up to date with what was written into its object. */
export type FollowWrite = (changed: ChangedNodes) => void

/**
 * What a change writes, as those tell who write it. Automerge's own account of a change costs as much as there are
 * objects in the document; it is asked for where something was written that nobody told of.
 */
export class WriteNotes {
  #writes = 0
  #notes: FollowWrite[] = []

  /** The handle, for one write. */
  toWrite(handle: Handle): Handle {
    this.#writes++
    return handle
  }

  note(follow: FollowWrite): void {
    this.#notes.push(follow)
  }

  /** Whether every write has its note. */
  get isComplete(): boolean {
    return this.#notes.length === this.#writes
  }

  /** The notes since the last call, in their order. */
  take(): readonly FollowWrite[] {
    const taken = this.#notes
    this.#notes = []
    this.#writes = 0
    return taken
  }
}
