/** How far a migration has come. */
export interface MigrationProgress {
  /** Documents of `total` that the new sink has; 0 after a start until they were counted, which is before the first batch. */
  readonly done: number
  /** Documents that it had to be given when the backfill began; 0 before they were counted, and where it had them all. */
  readonly total: number
  /** Documents a second, over the last seconds; absent before there is something to measure. */
  readonly perSecond?: number
  /** Until all are done, at that rate. */
  readonly secondsLeft?: number
}

/** Long enough to even out batches, short enough to follow a sink that becomes slower. */
const windowMs = 10_000

/** Counts documents against a total, and measures how fast they come. */
export class ProgressMeter {
  readonly #total: number
  #done: number
  /** Moments within the window, and how many were done then. */
  #marks: { readonly atMs: number; readonly done: number }[]

  constructor(total: number, done: number, nowMs: number) {
    this.#total = total
    this.#done = Math.min(done, total)
    this.#marks = [{ atMs: nowMs, done: this.#done }]
  }

  /** So many more. One that is written twice while others change may be counted twice: never more than the total. */
  add(count: number, nowMs: number): void {
    this.#done = Math.min(this.#total, this.#done + count)
    const within = this.#marks.filter(({ atMs }) => atMs > nowMs - windowMs && atMs <= nowMs)
    // The last one before the window stays: without it, batches that take longer than the window had no rate.
    const last = this.#marks.findLast(({ atMs }) => atMs <= nowMs - windowMs)
    this.#marks = [...(last === undefined ? [] : [last]), ...within, { atMs: nowMs, done: this.#done }]
  }

  /** Everything is done. */
  complete(nowMs: number): void {
    this.add(this.#total, nowMs)
  }

  get progress(): MigrationProgress {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)]
    const base = { done: this.#done, total: this.#total }
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return base
    const perSecond = (1000 * (last.done - first.done)) / (last.atMs - first.atMs)
    const left = this.#total - this.#done
    if (left === 0) return { ...base, perSecond, secondsLeft: 0 }
    return perSecond > 0 ? { ...base, perSecond, secondsLeft: left / perSecond } : base
  }
}
