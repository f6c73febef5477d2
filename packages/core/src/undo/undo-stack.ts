import type { Version } from "../commit/version.ts"

/** A stretch of one replica's own commits with nothing of others between: the versions right before and right after it. */
export interface OwnRun {
  readonly before: Version
  readonly after: Version
}

/** Commits that are taken back together; none yet where they are still being made. */
export interface UndoStep {
  runs: readonly OwnRun[]
  /** When the last of them was made, Unix milliseconds. */
  timeMs: number
}

/** Steps to be taken back, the last one first; the oldest fall off beyond a limit. */
export class UndoStack {
  readonly #limit: number
  #steps: readonly UndoStep[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#steps.length
  }

  push(step: UndoStep): void {
    this.#steps = [...this.#steps, step].slice(-this.#limit)
  }

  /** Makes a commit part of the last step, if there is one made since `sinceMs`; says whether. */
  join(run: OwnRun, timeMs: number, sinceMs: number): boolean {
    const last = this.#steps.at(-1)
    if (last === undefined || last.timeMs < sinceMs) return false
    last.runs = extended(last.runs, run)
    last.timeMs = timeMs
    return true
  }

  pop(): UndoStep | undefined {
    const last = this.#steps.at(-1)
    this.#steps = this.#steps.slice(0, -1)
    return last
  }

  remove(step: UndoStep): void {
    this.#steps = this.#steps.filter(each => each !== step)
  }

  clear(): void {
    this.#steps = []
  }
}

function extended(runs: readonly OwnRun[], { before, after }: OwnRun): readonly OwnRun[] {
  const last = runs.at(-1)
  if (last?.after.compare(before) !== "equal") return [...runs, { before, after }]
  return [...runs.slice(0, -1), { before: last.before, after }]
}
