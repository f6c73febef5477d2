import { DeferredPart } from "../deferred/deferred-part.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { DocumentState } from "./document-state.ts"
import type { ReplicaCore } from "./replica-core.ts"

const folding = new DeferredPart("folding logs", () => import("./compaction.ts"))

/** Folding again before the tail has grown by this factor would cost more than it saves. */
const growthBeforeFolding = 2

/** A tail of this share of the base is worth replaying the document; a new peer then gets at most that much more. */
const shareBeforeFolding = 0.5

/** A pause this long in writing is taken for its end: folding in the middle of a burst slows the burst. */
const pauseMs = 200

/** A tail this many times as long as what is retained is folded even if writing never pauses. */
const growthWithoutPause = 10

/** Keeps logs short: folds a document's older commits into its base once its tail has doubled, when nothing is written. */
export class Compactor {
  readonly #core: ReplicaCore
  readonly #retainCommits: number
  readonly #queue = new Set<DocumentState>()
  #running: Promise<void> | undefined
  #cancelPause: (() => void) | undefined

  constructor(core: ReplicaCore, retainCommits: number) {
    this.#core = core
    this.#retainCommits = retainCommits
  }

  /** Looks whether a document that was just written needs folding; does it once writing pauses. */
  consider(state: DocumentState): void {
    const { tailCommits, tailBytes, baseBytes } = state.durable
    if (this.#core.closed || tailCommits <= this.#retainCommits * growthBeforeFolding) return
    // A fold costs what the whole document does: wait until the tail has grown in proportion.
    if (tailBytes < baseBytes * shareBeforeFolding) return
    this.#queue.add(state)
    if (tailCommits > this.#retainCommits * growthWithoutPause) return this.#start()
    this.#cancelPause?.()
    this.#cancelPause = this.#core.ports.timers.schedule(pauseMs, () => this.#start())
  }

  /** Folds a document now, keeping this many raw commits. Says whether anything was folded. */
  async fold(id: DocumentId, retainCommits: number): Promise<boolean> {
    const state = await this.#core.load(id)
    const { foldDocument } = folding.loaded ?? (await folding.load())
    // What is on its way to the store will not be in what is read now, and would be undone.
    if (state.pendingBase !== undefined || state.inFlightShare?.base !== undefined) return false
    const { rewrites } = state
    const stored = await this.#core.session.loadDocument(id)
    const base = stored && foldDocument(stored, retainCommits, this.#core.setupOf(id))
    if (base === undefined) return false
    await this.#core.audit?.keeper.keep(state, base.base)
    // Meanwhile a peer's snapshot may have come or a fork been resolved: what was folded is then not what is stored.
    if (state.rewrites !== rewrites || state.pendingBase !== undefined || state.isHeldBack) return false
    state.rewrites++
    state.pendingBase = base
    this.#core.writer.enqueue(state)
    await base.receipt.durable
    return true
  }

  /** Folds what waits for a pause; fulfilled when nothing is being folded. */
  async idle(): Promise<void> {
    this.#start()
    while (this.#running !== undefined) await this.#running
  }

  #start(): void {
    this.#cancelPause?.()
    this.#cancelPause = undefined
    if (this.#queue.size === 0) return
    // Draining may end before it waits for anything: what ends it must not run before it is known to run.
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined
    })
  }

  async #drain(): Promise<void> {
    for (const state of this.#queue) {
      this.#queue.delete(state)
      if (this.#core.closed) continue
      try {
        await this.fold(state.id, this.#retainCommits)
      } catch (error) {
        this.#core.ports.logger.warn("a document's log could not be folded; it stays as it is", {
          document: state.id,
          error
        })
      }
    }
  }
}
