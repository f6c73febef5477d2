/** Between which elements something is inserted: somewhere from before `after` to before `before`. */
export interface Gap {
  readonly after: number
  readonly before: number
}

/** Where elements are inserted in one array, as of the whole list at once. */
export class GapIndex {
  #gaps: Gap[] = []
  /** For gaps in order, the highest `before` up to each; made for the first question. */
  #reach: number[] = []

  /** Adds a gap. */
  add(gap: Gap): void {
    this.#gaps.push(gap)
    this.#reach = []
  }

  /** Whether an insertion there may be at the place of another one. Logarithmic in the gaps. */
  meets({ after, before }: Gap): boolean {
    if (this.#reach.length === 0) this.#sort()
    let low = 0
    let high = this.#gaps.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#gaps[middle]?.after ?? 0) <= before) low = middle + 1
      else high = middle
    }
    // Among those that begin in time, one has to reach far enough.
    return low > 0 && (this.#reach[low - 1] ?? 0) >= after
  }

  #sort(): void {
    this.#gaps.sort((a, b) => a.after - b.after)
    let reach = 0
    this.#reach = this.#gaps.map(gap => (reach = Math.max(reach, gap.before)))
  }
}
