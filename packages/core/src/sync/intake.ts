import type { Ports } from "../ports/ports.ts"
import type { IntakeCost, IntakeLimit, IntakeTurn } from "./intake-limit.ts"

/** Who waits behind a limit. */
interface IntakeListener {
  /** It has to be waited for so long; 0: no more. */
  onLimited(waitMs: number): void
  /** Part of a wait, or a piece, is over, and more is to come: a sign of life for a peer that sees nothing of it. */
  onProgress(): void
}

/** Lets what one connection brought pass in pieces, as fast as its limit allows. */
export class Intake {
  readonly #ports: Pick<Ports, "time" | "timers">
  readonly #breathMs: number
  readonly #listener: IntakeListener
  #isStopped = false
  #wake: () => void = () => {}

  /** @param breathMs longest time without a sign of life. */
  constructor(ports: Pick<Ports, "time" | "timers">, breathMs: number, listener: IntakeListener) {
    this.#ports = ports
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
      const turn = limit.reserve(costOf(piece, commitsIn))
      await this.#wait(turn)
      if (this.#isStopped) return limit.leave(turn)
      limit.taken(turn)
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

  /** Until it is there, or this is stopped. */
  async #wait(turn: IntakeTurn): Promise<void> {
    if (turn.leftMs > 0) this.#listener.onLimited(turn.leftMs)
    while (turn.leftMs > 0 && !this.#isStopped) {
      const ms = await this.#sleep(turn)
      turn.shorten(ms, ms)
      if (turn.leftMs > 0 && !this.#isStopped) this.#listener.onProgress()
    }
  }

  /** For a breath at most, or until it is there sooner. Says for how long. */
  async #sleep(turn: IntakeTurn): Promise<number> {
    const { time, timers } = this.#ports
    const ms = Math.min(turn.leftMs, this.#breathMs)
    const since = time.nowMs()
    const isOver = await new Promise<boolean>(resolve => {
      const cancel = timers.schedule(ms, () => resolve(true))
      this.#wake = () => {
        cancel()
        resolve(false)
      }
      turn.onSooner = this.#wake
    })
    // The clock may have been set.
    return isOver ? ms : Math.min(ms, Math.max(0, time.nowMs() - since))
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
