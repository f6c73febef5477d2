import type { ChangeFn, ChangeOptions, Patch, PatchInfo } from "@automerge/automerge/slim"
import type { NativeDoc } from "./backend.ts"

/** What listeners of a handle are told. */
export interface NativeChangePayload {
  readonly handle: AutomergeNative
  readonly doc: NativeDoc
  readonly patches: Patch[]
  readonly patchInfo: PatchInfo<Record<string, unknown>>
}

/** A listener of a handle. */
export type NativeListener = (payload: NativeChangePayload) => void

/** What `doc.native` is for documents of this engine: the handle that editor bindings of Automerge expect. */
export interface AutomergeNative {
  /** The document, with its history; frozen in effect, each change gives another one. */
  doc(): NativeDoc
  /**
   * Makes one change, which becomes one commit.
   *
   * @throws SynclineError `transaction-open` from inside another change of the document, and from a listener which is
   *   told of a change that `document.change` is making.
   */
  change(callback: ChangeFn<Record<string, unknown>>, options?: ChangeOptions<Record<string, unknown>>): void
  /** Always: documents are loaded before they are handed out. */
  isReady(): boolean
  on(event: "change", listener: NativeListener): void
  off(event: "change", listener: NativeListener): void
}

/** What a handle needs from its document. */
export interface NativeHost {
  doc(): NativeDoc
  change(callback: ChangeFn<Record<string, unknown>>, options: ChangeOptions<Record<string, unknown>>): void
  reportError(error: unknown): void
}

/** The handle, and the list of who listens. */
export class NativeHandle implements AutomergeNative {
  readonly #host: NativeHost
  readonly #listeners = new Set<NativeListener>()

  constructor(host: NativeHost) {
    this.#host = host
  }

  doc(): NativeDoc {
    return this.#host.doc()
  }

  change(
    callback: ChangeFn<Record<string, unknown>>,
    options: ChangeOptions<Record<string, unknown>> = {}
  ): void {
    this.#host.change(callback, options)
  }

  isReady(): boolean {
    return true
  }

  on(event: "change", listener: NativeListener): void {
    // Bindings listen to nothing else, and what never happens needs no list.
    if (event === "change") this.#listeners.add(listener)
    // Patches are told from the objects of the library, which are made from now on.
    this.#host.doc()
  }

  off(event: "change", listener: NativeListener): void {
    if (event === "change") this.#listeners.delete(listener)
  }

  /** Tells every listener; what one throws does not keep the others from it. */
  tell(doc: NativeDoc, patches: Patch[], patchInfo: PatchInfo<Record<string, unknown>>): void {
    for (const listener of this.#listeners)
      try {
        listener({ handle: this, doc, patches, patchInfo })
      } catch (error) {
        this.#host.reportError(error)
      }
  }

  /** Lets go of all listeners. */
  clear(): void {
    this.#listeners.clear()
  }
}
