import { isSynclineError } from "@syncline/clock"
import type { JsonObject } from "../document/json.ts"
import type { Change } from "../document/operation.ts"
import type { CommitHandle } from "../replica/commit-handle.ts"
import { type OwnRun, UndoStack, type UndoStep } from "./undo-stack.ts"

/** A commit that was made here, as who decides on undoing it sees it. */
export interface OwnCommit extends OwnRun {
  readonly meta: JsonObject | undefined
  /** `native` for an edit through the native document. */
  readonly origin: Change["origin"]
}

/** What an undo manager takes back, and in which steps. */
export interface UndoOptions {
  /** Commits within this time of the one before are one step. Default 500; 0 makes each a step. */
  readonly captureMs?: number
  /** Most steps kept. Default 100. */
  readonly limit?: number
  /** Which of the commits made here count: those of one author, for instance. Default: all. */
  readonly tracks?: (commit: Pick<OwnCommit, "meta" | "origin">) => boolean
}

/** What an undo manager needs of its document. */
export interface UndoTarget {
  readonly nowMs: () => number
  /** Calls back after every commit made here. */
  readonly onOwnCommit: (listener: (commit: OwnCommit) => void) => () => void
  /** Reads what runs were, and then takes them back, the last first, by one commit at most. */
  readonly takeBack: (runs: readonly OwnRun[], meta: JsonObject | undefined) => Promise<() => CommitHandle>
}

/**
 * Takes back what was done to a document here, step by step, and does it again; what others did meanwhile stays. Begins
 * with what is done after it was made. Every undo and redo is a commit like any other.
 */
export class UndoManager {
  readonly #target: UndoTarget
  readonly #captureMs: number
  readonly #undo: UndoStack
  readonly #redo: UndoStack
  readonly #stop: () => void
  #isCapturing = false
  #captures = 0
  /** Gets the commit that takes a step back: it is made here too, and no step of its own. */
  #isTakingBack = false
  #taken: OwnRun | undefined
  #last: Promise<unknown> = Promise.resolve()

  /** Undo managers come from `document.undoManager`. */
  constructor(target: UndoTarget, { captureMs = 500, limit = 100, tracks = () => true }: UndoOptions) {
    this.#target = target
    this.#captureMs = captureMs
    this.#undo = new UndoStack(limit)
    this.#redo = new UndoStack(limit)
    this.#stop = target.onOwnCommit(commit => {
      if (this.#isTakingBack) {
        this.#isTakingBack = false
        this.#taken = commit
      } else if (tracks(commit)) this.#capture(commit)
    })
  }

  get canUndo(): boolean {
    return this.#undo.size > 0
  }

  get canRedo(): boolean {
    return this.#redo.size > 0
  }

  /**
   * Takes the last step back. Text that somebody changed since keeps those changes; a single value that somebody changed
   * since stays.
   *
   * @returns `undefined` when there is nothing to take back; a handle without a dot when nothing of it was left.
   * @throws SynclineError `version-before-base` when the step has been folded meanwhile, `version-unknown` when it was
   *   discarded (it is then dropped); and what `Document.at` and `Document.change` throw (it is then kept)
   */
  undo(options: { readonly meta?: JsonObject } = {}): Promise<CommitHandle | undefined> {
    return this.#turn(this.#undo, this.#redo, options.meta)
  }

  /** Does the step again that was taken back last; anything done since has emptied what can be done again. As `undo`. */
  redo(options: { readonly meta?: JsonObject } = {}): Promise<CommitHandle | undefined> {
    return this.#turn(this.#redo, this.#undo, options.meta)
  }

  /** What comes next is a step of its own, however soon it comes. */
  stopCapturing(): void {
    this.#isCapturing = false
  }

  /** Forgets all steps. */
  clear(): void {
    this.#undo.clear()
    this.#redo.clear()
  }

  /** Forgets all steps and hears of no more. */
  close(): void {
    this.#stop()
    this.clear()
  }

  #capture({ before, after }: OwnCommit): void {
    const nowMs = this.#target.nowMs()
    this.#redo.clear()
    const sinceMs = this.#isCapturing ? nowMs - this.#captureMs : Number.POSITIVE_INFINITY
    if (this.#captureMs === 0 || !this.#undo.join({ before, after }, nowMs, sinceMs))
      this.#undo.push({ runs: [{ before, after }], timeMs: nowMs })
    this.#isCapturing = true
    this.#captures++
  }

  /** What is taken back is decided now, and done one after the other: a second call takes back what the first left. */
  #turn(from: UndoStack, to: UndoStack, meta: JsonObject | undefined): Promise<CommitHandle | undefined> {
    const step = from.pop()
    if (step === undefined) return Promise.resolve(undefined)
    const captures = this.#captures
    const back: UndoStep = { runs: [], timeMs: 0 }
    to.push(back)
    this.#isCapturing = false
    const turn = this.#last.then(async () => {
      try {
        const handle = this.#write(await this.#target.takeBack(step.runs, meta))
        if (this.#taken !== undefined) back.runs = [this.#taken]
        return handle
      } catch (error) {
        // Unless it cannot be taken back ever, or what came meanwhile forbids it.
        if (!isLost(error) && (from === this.#undo || captures === this.#captures)) from.push(step)
        throw error
      } finally {
        if (back.runs.length === 0) to.remove(back)
      }
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  #write(write: () => CommitHandle): CommitHandle {
    this.#taken = undefined
    this.#isTakingBack = true
    try {
      return write()
    } finally {
      this.#isTakingBack = false
    }
  }
}

function isLost(error: unknown): boolean {
  return isSynclineError(error, "version-before-base") || isSynclineError(error, "version-unknown")
}
