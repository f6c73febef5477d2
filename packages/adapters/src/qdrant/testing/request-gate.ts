import type { SinkGate } from "@syncline/core/testing"
import type { SeenRequest } from "./qdrant-stand-in.ts"

/** A request, or its answer, that waits. */
interface Held {
  readonly go: () => void
  /** Ends its connection: the client hears no more of it, and it is performed all the same when it goes. */
  readonly cut: () => void
}

/** Where requests and answers wait, for as long as it is shut. What its client has given up by then is performed all the same, as servers do. */
export class RequestGate implements SinkGate {
  readonly #cuts: boolean
  readonly #waiting: Held[] = []
  readonly #watchers: (() => void)[] = []
  /** Which of them wait. */
  #holds: ((request: SeenRequest) => boolean) | undefined

  /** `cuts`: every other one that is to go is cut off instead, and waits on. */
  constructor({ cuts = false }: { readonly cuts?: boolean } = {}) {
    this.#cuts = cuts
  }

  get held(): number {
    return this.#waiting.length
  }

  hold(which: (request: SeenRequest) => boolean = () => true): void {
    this.#holds = which
  }

  letGo(): void {
    this.#holds = undefined
    for (const { go } of this.#waiting.splice(0)) go()
  }

  letOneGo(index: number): void {
    const at = index % Math.max(1, this.#waiting.length)
    if (this.#cuts && index % 2 === 1) this.#waiting[at]?.cut()
    else this.#waiting.splice(at, 1)[0]?.go()
  }

  /** Settles when something waits. */
  async caught(): Promise<void> {
    if (this.#waiting.length === 0) await new Promise<void>(resolve => this.#watchers.push(resolve))
  }

  async pass(request: SeenRequest, cut: () => void): Promise<void> {
    if (this.#holds?.(request) !== true) return
    await new Promise<void>(go => {
      this.#waiting.push({ go, cut })
      for (const resolve of this.#watchers.splice(0)) resolve()
    })
  }
}
