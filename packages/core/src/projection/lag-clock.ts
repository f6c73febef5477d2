/** Stretches kept at most: the lag is known to about a five-hundredth of the longest there was. */
const maxStretches = 1024

/** Appends that are closer together are one, to begin with. */
const firstGapMs = 5

/** Appends of the log that came close together. */
interface Stretch {
  /** Of the last of them. */
  position: number
  /** Of the first of them. */
  readonly atMs: number
}

/** Knows when log positions came to be, roughly, and so how long the oldest of those a sink lacks has waited. */
export class LagClock {
  #stretches: Stretch[] = []
  #gapMs = firstGapMs

  /** The log reaches up to here now. */
  grew(position: number, nowMs: number): void {
    const last = this.#stretches.at(-1)
    if (last !== undefined && last.position >= position) return
    if (last !== undefined && Math.abs(nowMs - last.atMs) < this.#gapMs) last.position = position
    else this.#stretches.push({ position, atMs: nowMs })
    if (this.#stretches.length > maxStretches) this.#joinUp()
  }

  /** The sink reaches up to here now. */
  reached(position: number): void {
    const first = this.#stretches.findIndex(stretch => stretch.position > position)
    this.#stretches.splice(0, first === -1 ? this.#stretches.length : first)
    if (this.#stretches.length === 0) this.#gapMs = firstGapMs
  }

  /** How long the oldest has waited, at most as much too long as stretches are; 0 when the sink has everything. */
  lagMs(nowMs: number): number {
    const [oldest] = this.#stretches
    // The clock may have been set back.
    return oldest === undefined ? 0 : Math.max(1, nowMs - oldest.atMs)
  }

  #joinUp(): void {
    const [first] = this.#stretches
    const spanMs = (this.#stretches.at(-1)?.atMs ?? 0) - (first?.atMs ?? 0)
    this.#gapMs = Math.max(2 * this.#gapMs, (2 * spanMs) / maxStretches)
    const joined: Stretch[] = []
    for (const stretch of this.#stretches) {
      const last = joined.at(-1)
      if (last !== undefined && Math.abs(stretch.atMs - last.atMs) < this.#gapMs)
        last.position = stretch.position
      else joined.push(stretch)
    }
    this.#stretches = joined
  }
}
