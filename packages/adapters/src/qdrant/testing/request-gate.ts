import type { SinkGate } from "@syncline/core/testing"
import type { SeenRequest } from "./qdrant-stand-in.ts"

/** Where requests and answers wait, for as long as it is shut. What its client has given up by then is performed all the same, as servers do. */
export class RequestGate implements SinkGate {
  readonly #waiting: { readonly request: SeenRequest; readonly go: () => void }[] = []
  readonly #watchers: (() => void)[] = []
  /** Which of them wait. */
  #holds: ((request: SeenRequest) => boolean) | undefined

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
    const [one] = this.#waiting.splice(index % Math.max(1, this.#waiting.length), 1)
    one?.go()
  }

  /** Settles when something waits. */
  async caught(): Promise<void> {
    if (this.#waiting.length === 0) await new Promise<void>(resolve => this.#watchers.push(resolve))
  }

  async pass(request: SeenRequest): Promise<void> {
    if (this.#holds?.(request) !== true) return
    await new Promise<void>(go => {
      this.#waiting.push({ request, go })
      for (const resolve of this.#watchers.splice(0)) resolve()
    })
  }
}
