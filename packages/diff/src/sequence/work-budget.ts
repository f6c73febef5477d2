import { argumentError } from "../argument/argument-error.ts"

// Tens of milliseconds: enough for whatever is typed or pasted at once, some 1,500 changes anywhere, and not long enough to freeze an
// editor.
const DEFAULT_MAX_WORK = 1 << 22

/** The budget that options ask for. Throws `argument-invalid` unless they are some, with a number from 0 on if any. */
export function searchBudget(options: { readonly maxWork?: number }): WorkBudget {
  if (Object(options) === options) {
    const { maxWork = DEFAULT_MAX_WORK } = options
    if (typeof maxWork === "number" && maxWork >= 0) return new WorkBudget(maxWork)
  }
  throw argumentError("options", options, "an object, maxWork from 0 on")
}

/**
 * Bounds a search by counted steps, so that hostile or unlucky input costs a fixed amount of work instead of a fixed
 * amount of time: the same input gives the same result on every machine.
 *
 * One step is one diagonal visited or one pair of elements compared. Searches check the budget between steps and may
 * overshoot it once, by at most the combined length of what they compare.
 */
export class WorkBudget {
  #remaining: number
  #spent = 0

  constructor(steps: number) {
    this.#remaining = steps
  }

  /** Steps left; never below zero. */
  get remaining(): number {
    return this.#remaining
  }

  /** Steps spent so far, the overshoot included. */
  get spent(): number {
    return this.#spent
  }

  /** Books `steps` and says whether any are left. */
  spend(steps: number): boolean {
    this.#spent += steps
    this.#remaining = Math.max(0, this.#remaining - steps)
    return this.#remaining > 0
  }

  /** Runs `work` on `fraction` (0..1) of what is left; what it does not use stays available here. */
  within<T>(fraction: number, work: (share: WorkBudget) => T): T {
    const share = new WorkBudget(Math.floor(this.#remaining * fraction))
    const result = work(share)
    this.spend(share.spent)
    return result
  }
}
