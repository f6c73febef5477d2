import type { Ports, TimePort, TimerPort } from "../ports/ports.ts"
import { silentLogger } from "../ports/system-ports.ts"
import type { SeededRandom } from "./seeded-random.ts"

/** Lets everything run that waits for promises only. A macrotask comes after all of it, however long the chains are. */
declare const setImmediate: (task: () => void) => void

interface Task {
  readonly dueMs: number
  readonly order: number
  /** Absent once it ran or was cancelled. */
  run: (() => void) | undefined
}

/** Honest chains of timers without delay take a few turns. */
const maxTurns = 5_000

/**
 * Time that passes when a test says so, for whole fleets of replicas: between two moments, everything that only waits
 * for promises runs to its end, so that a run depends on nothing but its seed.
 */
export class VirtualTime implements TimePort, TimerPort {
  #nowMs = 0
  #order = 0
  /** A binary heap: what is due first is at the front. A million simulated histories are a billion timers. */
  readonly #heap: Task[] = []

  nowMs(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, task: () => void): () => void {
    const entry: Task = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run: task }
    this.#push(entry)
    return () => {
      entry.run = undefined
    }
  }

  microtask(task: () => void): void {
    queueMicrotask(task)
  }

  /**
   * Lets `ms` pass.
   *
   * @throws RangeError where time stands still: timers of no delay set each other for ever.
   */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (let turns = 0; ; turns++) {
      await new Promise<void>(resolve => setImmediate(resolve))
      const nextMs = this.#nextMs()
      if (nextMs === undefined || nextMs > endMs) break
      if (nextMs > this.#nowMs) turns = 0
      if (turns > maxTurns)
        throw new RangeError(`time stands still at ${nextMs} ms: timers set each other for ever`)
      this.#nowMs = nextMs
      this.#runDue(nextMs)
    }
    this.#nowMs = endMs
  }

  /** Lets time pass until `condition` holds; says whether it did within `maxMs`. */
  async until(condition: () => boolean, maxMs: number): Promise<boolean> {
    const endMs = this.#nowMs + maxMs
    while (!condition()) {
      if (this.#nowMs >= endMs) return false
      await this.advance(Math.min(endMs - this.#nowMs, 50))
    }
    return true
  }

  /**
   * Lets as much time pass as it takes until the promise settles.
   *
   * @throws RangeError where it does not within ten minutes: it waits for what will not happen.
   */
  async during<T>(promise: Promise<T>): Promise<T> {
    const endMs = this.#nowMs + 600_000
    const watch = { settled: false }
    const watched = promise.finally(() => {
      watch.settled = true
    })
    watched.catch(() => {})
    await this.advance(0)
    while (!watch.settled) {
      if (this.#nowMs > endMs) throw new RangeError("waited for ten virtual minutes in vain")
      await this.advance(Math.max(1, (this.#nextMs() ?? endMs) - this.#nowMs))
    }
    return watched
  }

  /** Ports of one replica in this time, with its own share of the randomness. */
  ports(random: SeededRandom): Ports {
    return { time: this, timers: this, random, logger: silentLogger }
  }

  /** Everything of that moment: what is scheduled meanwhile for the same one comes after what waits for promises. */
  #runDue(nowMs: number): void {
    const due: Task[] = []
    while ((this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs) due.push(this.#pop())
    for (const task of due) {
      // One of them may cancel another.
      const { run } = task
      task.run = undefined
      run?.()
    }
  }

  #nextMs(): number | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== undefined) return first.dueMs
      this.#pop()
    }
    return undefined
  }

  #push(task: Task): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(task)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || isBefore(parent, task)) break
      heap[at] = parent
      at = up
    }
    heap[at] = task
  }

  #pop(): Task {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (first === undefined || last === undefined) throw new RangeError("no timer is set")
    if (heap.length > 0) this.#sink(last)
    return first
  }

  #sink(task: Task): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      const [a, b] = [heap[left], heap[left + 1]]
      if (a === undefined) break
      const isRight = b !== undefined && isBefore(b, a)
      const child = isRight ? b : a
      if (isBefore(task, child)) break
      heap[at] = child
      at = isRight ? left + 1 : left
    }
    heap[at] = task
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order)
}
