import * as A from "@automerge/automerge/slim"
import { coreError } from "../../errors/core-error.ts"
import type { Handle } from "./automerge-handle.ts"
import { inParts } from "./in-parts.ts"
import { guardHandle, mustHaveFewOperations, whileWriting } from "./guarded-handle.ts"

/** The library's own document, as an application sees it. */
export type NativeDoc = A.Doc<Record<string, unknown>>

/** Tells of every change that can be seen in the JavaScript objects. */
export type OnPatches = (patches: A.Patch[], info: A.PatchInfo<Record<string, unknown>>) => void

/** What happens while nobody needs the JavaScript objects of the library, and what where somebody does. */
interface Step {
  readonly direct: () => void
  readonly shown: (doc: NativeDoc) => NativeDoc
  /** Makes sure that all of it is done, where `shown` threw after some of it was. */
  readonly complete?: () => void
}

/**
 * An Automerge document. Automerge builds JavaScript objects for it after each change; this does so only once somebody
 * asks for them. Every method gives the patches of what it did.
 */
export class Backend {
  #handle: Handle
  #doc: NativeDoc | undefined
  #patches: A.Patch[] = []
  readonly #onPatches: OnPatches
  readonly #patchCallback: OnPatches = (patches, info) => {
    this.#patches = patches
    this.#onPatches(patches, info)
  }

  /** What Automerge has built while loading, as long as nothing was changed. */
  #loaded: NativeDoc | undefined

  /** @throws what Automerge throws for bytes that do not load. */
  constructor(actor: string, snapshot: Uint8Array | undefined, onPatches: OnPatches) {
    this.#onPatches = onPatches
    this.#loaded = snapshot === undefined ? A.init({ actor }) : A.load(snapshot, { actor })
    this.#handle = guardHandle(A.getBackend(this.#loaded))
    this.#handle.updateDiffCursor()
  }

  get handle(): Handle {
    return this.#handle
  }

  /** The JavaScript objects; kept up to date from the first call on. */
  get doc(): NativeDoc {
    this.#doc ??= this.#materialize()
    return this.#doc
  }

  /** The document as Automerge shows it, to be read at once; not kept up to date, unlike `doc`. */
  show(): unknown {
    const shown = this.#loaded ?? this.#doc ?? this.#handle.materialize("/")
    this.#loaded = undefined
    return shown
  }

  /** Integrates changes of which nobody has to be told. */
  restore(changes: Uint8Array[]): void {
    if (changes.length === 0) return
    this.#loaded = undefined
    whileWriting(this.#handle, () => this.#handle.applyChanges(changes))
    this.#handle.updateDiffCursor()
  }

  /**
   * Makes one change of what the body writes through `handle`, or none if it throws. Gives no patches where `isKnown`
   * says that nobody needs them.
   *
   * @throws SynclineError `value-unsupported` for more operations than others would take.
   */
  write(body: () => void, isKnown: () => boolean): A.Patch[] | undefined {
    const bounded = (): void => {
      body()
      mustHaveFewOperations(this.#handle.pendingOps())
    }
    const direct = (): void => {
      try {
        bounded()
      } catch (error) {
        this.#handle.rollback()
        throw error
      }
      if (this.#handle.pendingOps() > 0) this.#handle.commit(undefined, 0)
    }
    if (this.#doc !== undefined)
      return this.#step({ direct, shown: doc => A.change(doc, { time: 0 }, bounded) })
    this.#loaded = undefined
    whileWriting(this.#handle, direct)
    if (!isKnown()) return this.#handle.diffIncremental()
    this.#handle.updateDiffCursor()
    return undefined
  }

  /**
   * Makes one change of what the application writes into the draft Automerge hands it.
   *
   * @throws SynclineError `draft-invalid` for a callback that returns a promise, `value-unsupported` as `write` does.
   */
  writeNative(
    callback: A.ChangeFn<Record<string, unknown>>,
    options: A.ChangeOptions<Record<string, unknown>>
  ): A.Patch[] {
    void this.doc
    const bounded: typeof callback = doc => {
      mustBeDone(callback(doc))
      mustHaveFewOperations(this.#handle.pendingOps())
    }
    const { patchCallback } = options
    const told: typeof options = {
      ...options,
      patchCallback: (patches, info) => {
        this.#patchCallback(patches, info)
        patchCallback?.(patches, info)
      }
    }
    return this.#step({ direct: () => {}, shown: doc => A.change(doc, told, bounded) })
  }

  /** A change without operations, which depends on everything there is. */
  writeEmpty(): void {
    this.#step({
      direct: () => void this.#handle.emptyChange(undefined, 0),
      shown: doc => A.emptyChange(doc, { time: 0 })
    })
  }

  /**
   * Integrates changes, uncompressed ones. As few calls as may be: each costs as much as the document is long. Where one fails, those before
   * it are integrated.
   */
  apply(changes: readonly Uint8Array[]): A.Patch[] {
    const parts = inParts(changes)
    const [only] = parts
    return parts.length === 1
      ? this.#applyPart([...(only ?? [])])
      : parts.flatMap(part => this.#applyPart([...part]))
  }

  #applyPart(changes: Uint8Array[]): A.Patch[] {
    const direct = (): void => this.#handle.applyChanges(changes)
    return this.#step({ direct, shown: doc => A.applyChanges(doc, changes)[0], complete: direct })
  }

  /** Integrates everything another document has. */
  merge(other: NativeDoc): A.Patch[] {
    return this.apply(this.#handle.getChangesAdded(A.getBackend(other)))
  }

  /** Makes changes under another actor from now on. Cost: a copy of the document. */
  setActor(actor: string): void {
    if (this.#handle.getActorId() === actor) return
    const before = this.#handle
    if (this.#doc === undefined) {
      this.#handle = guardHandle(before.fork(actor))
      this.#handle.updateDiffCursor()
      whileWriting(before, () => before.free())
    } else {
      // The copy before stays: older objects of the application read from it.
      this.#doc = A.clone(this.#doc, { actor, patchCallback: this.#patchCallback })
      this.#handle = guardHandle(A.getBackend(this.#doc))
    }
  }

  free(): void {
    this.#doc = undefined
    whileWriting(this.#handle, () => this.#handle.free())
  }

  #step(step: Step): A.Patch[] {
    this.#loaded = undefined
    return whileWriting(this.#handle, () => this.#take(step))
  }

  #take({ direct, shown, complete }: Step): A.Patch[] {
    if (this.#doc === undefined) {
      direct()
      return this.#handle.diffIncremental()
    }
    const before = this.#doc
    const heads = this.#handle.getHeads()
    this.#patches = []
    try {
      this.#doc = shown(before)
    } catch (error) {
      if (heads.join() === this.#handle.getHeads().join()) throw error
      complete?.()
      this.#showAnew(before, heads)
    }
    const patches = this.#patches
    this.#patches = []
    return patches
  }

  /**
   * For Automerge 3.5 cannot always bring its JavaScript objects up to date: not where patches tell of what is inside an
   * object that lost its place, and not below the key `__proto__`, which is their prototype. The change is made by then.
   */
  #showAnew(before: NativeDoc, heads: A.Heads): void {
    const after = this.#materialize()
    this.#doc = after
    const patches = this.#handle.diff(heads, this.#handle.getHeads())
    this.#patchCallback(patches, { before, after, source: "change" })
  }

  #materialize(): NativeDoc {
    const state = {
      handle: this.#handle,
      heads: undefined,
      freeze: false,
      patchCallback: this.#patchCallback
    }
    return this.#handle.materialize("/", undefined, state) as NativeDoc
  }
}

/** What a callback writes once it has waited for something could be in no change any more. */
function mustBeDone(result: unknown): void {
  if (!(result instanceof Promise)) return
  // What is thrown here says it all.
  result.catch(() => {})
  throw coreError(
    "draft-invalid",
    "the callback of native.change returned a promise; wait before, and change at once"
  )
}
