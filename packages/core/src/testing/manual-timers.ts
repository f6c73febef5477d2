import type { TimerPort } from "../ports/ports.ts"

/** Timers that fire when a test says so. Microtasks are the real ones. */
export class ManualTimers implements TimerPort {
  #nowMs = 0
  readonly #tasks = new Set<{ readonly dueMs: number; readonly task: () => void }>()

  /** How many timers run. */
  get pending(): number {
    return this.#tasks.size
  }

  schedule(delayMs: number, task: () => void): () => void {
    const entry = { dueMs: this.#nowMs + delayMs, task }
    this.#tasks.add(entry)
    return () => this.#tasks.delete(entry)
  }

  microtask(task: () => void): void {
    queueMicrotask(task)
  }

  /** Lets time pass: fires what is due, in order of time, timers started meanwhile included. */
  advance(ms: number): void {
    const end = this.#nowMs + ms
    for (;;) {
      const [next] = [...this.#tasks].filter(({ dueMs }) => dueMs <= end).sort((a, b) => a.dueMs - b.dueMs)
      if (next === undefined) break
      this.#nowMs = next.dueMs
      this.#tasks.delete(next)
      next.task()
    }
    this.#nowMs = end
  }

  /** Lets as much time pass as it takes until the promise settles. */
  async run<T>(promise: Promise<T>): Promise<T> {
    const watch = { settled: false }
    const watched = promise.finally(() => {
      watch.settled = true
    })
    watched.catch(() => {})
    while (!watch.settled) {
      // Real I/O, if any, gets its turn; then the next timer.
      await new Promise<void>(resolve => setImmediate(resolve))
      const due = Math.min(...[...this.#tasks].map(({ dueMs }) => dueMs))
      if (!watch.settled && Number.isFinite(due)) this.advance(due - this.#nowMs)
    }
    return watched
  }
}
