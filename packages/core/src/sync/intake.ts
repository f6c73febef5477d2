import type { TimerPort } from "../ports/ports.ts"
import type { IntakeCost, IntakeLimit } from "./intake-limit.ts"

/** Who waits behind a limit. */
interface IntakeListener {
  /** It has to be waited for so long; 0: no more. */
  onLimited(waitMs: number): void
  /** Part of a wait, or a piece, is over, and more is to come: a sign of life for a peer that sees nothing of it. */
  onProgress(): void
}

/** Lets what one connection brought pass in pieces, as fast as its limit allows. */
export class Intake {
  readonly #timers: TimerPort
  readonly #breathMs: number
  readonly #listener: IntakeListener
  #isStopped = false
  #wake: () => void = () => {}

  /** @param breathMs longest time without a sign of life. */
  constructor(timers: TimerPort, breathMs: number, listener: IntakeListener) {
    this.#timers = timers
    this.#breathMs = breathMs
    this.#listener = listener
  }

  /**
   * What is brought, a document each, in its order: at once where the limit allows. Ends early when stopped.
   *
   * @param commitsIn how many commits one has.
   */
  async *pass<T>(
    limit: IntakeLimit,
    items: readonly T[],
    commitsIn: (item: T) => number
  ): AsyncGenerator<{ readonly items: readonly T[]; readonly isLast: boolean }, void> {
    const all = costOf(items, commitsIn)
    if (limit.has(all)) {
      limit.reserve(all)
      yield { items, isLast: true }
      return
    }
    for (let from = 0; from < items.length; ) {
      const to = pieceEnd(items, from, limit.piece, commitsIn)
      const piece = items.slice(from, to)
      await this.#wait(limit.reserve(costOf(piece, commitsIn)))
      if (this.#isStopped) return
      from = to
      yield { items: piece, isLast: to === items.length }
      if (to < items.length) this.#listener.onProgress()
    }
    this.#listener.onLimited(0)
  }

  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  async #wait(waitMs: number): Promise<void> {
    if (waitMs > 0) this.#listener.onLimited(waitMs)
    for (let left = waitMs; left > 0 && !this.#isStopped; left -= this.#breathMs) {
      await this.#sleep(Math.min(left, this.#breathMs))
      if (left > this.#breathMs && !this.#isStopped) this.#listener.onProgress()
    }
  }

  async #sleep(ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const cancel = this.#timers.schedule(ms, resolve)
      this.#wake = () => {
        cancel()
        resolve()
      }
    })
  }
}

function costOf<T>(items: readonly T[], commitsIn: (item: T) => number): IntakeCost {
  return {
    documents: items.length,
    commits: items.reduce((sum, item) => sum + commitsIn(item), 0)
  }
}

/** Up to which item a piece reaches; one at least, however large. */
function pieceEnd<T>(
  items: readonly T[],
  from: number,
  most: IntakeCost,
  commitsIn: (item: T) => number
): number {
  let commits = 0
  for (let at = from; at < items.length; at++) {
    commits += commitsIn(items[at] as T)
    if (at > from && (at - from >= most.documents || commits > most.commits)) return at
  }
  return items.length
}
