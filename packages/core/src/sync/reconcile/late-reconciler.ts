import { DeferredPart } from "../../deferred/deferred-part.ts"
import type { DocumentId } from "../../document/document-id.ts"
import type { FoundFrame, ReconcileFrame } from "../frame.ts"
import type { Reconciler, ReconcilerOptions } from "./reconciler.ts"

/** What tells strangers' documents apart: a link whose cursor holds never needs it. */
interface ReconcilerCode {
  readonly Reconciler: typeof Reconciler
}

const reconcilerCode: DeferredPart<ReconcilerCode> = new DeferredPart(
  "telling strangers' documents apart",
  () => import("./reconciler.ts")
)

/** A `Reconciler`, made when its code is there; what it is told before waits for it, in that order. */
export class LateReconciler {
  #reconciler: Reconciler | undefined
  readonly #waiting: ((reconciler: Reconciler) => void)[] = []
  readonly #made: Promise<void>
  #isStopped = false

  constructor(options: ReconcilerOptions, code: DeferredPart<ReconcilerCode> = reconcilerCode) {
    if (code.loaded !== undefined) this.#reconciler = new code.loaded.Reconciler(options)
    this.#made = this.#reconciler === undefined ? this.#make(options, code) : Promise.resolve()
  }

  /** See `Reconciler.take`. */
  take(frame: ReconcileFrame): void {
    this.#tell(reconciler => reconciler.take(frame))
  }

  /** See `Reconciler.hear`. */
  hear(frame: FoundFrame): void {
    this.#tell(reconciler => reconciler.hear(frame))
  }

  /** See `Reconciler.documentsOf`; none where it came to no reconciler. */
  documentsOf(frame: FoundFrame): Promise<readonly DocumentId[]> {
    if (this.#reconciler !== undefined) return this.#reconciler.documentsOf(frame)
    return this.#made.then(() => this.#reconciler?.documentsOf(frame) ?? [])
  }

  /** See `Reconciler.pace`. */
  pace(unanswered: number, openWants: number): void {
    this.#tell(reconciler => reconciler.pace(unanswered, openWants))
  }

  stop(): void {
    this.#isStopped = true
    this.#reconciler?.stop()
  }

  async #make(options: ReconcilerOptions, code: DeferredPart<ReconcilerCode>): Promise<void> {
    try {
      const { Reconciler } = await code.load()
      if (this.#isStopped) return
      const reconciler = new Reconciler(options)
      this.#reconciler = reconciler
      for (const what of this.#waiting.splice(0)) what(reconciler)
    } catch (error) {
      if (!this.#isStopped) options.listener.onFailed(error instanceof Error ? error.message : String(error))
    }
  }

  #tell(what: (reconciler: Reconciler) => void): void {
    if (this.#reconciler === undefined) this.#waiting.push(what)
    else what(this.#reconciler)
  }
}
