import type { Ports, TimePort, TimerPort } from "../ports/ports.ts"
import { silentLogger } from "../ports/system-ports.ts"
import type { SeededRandom } from "./seeded-random.ts"

/** Lets everything run that waits for promises only. A macrotask comes after all of it, however long the chains are. */
declare const setImmediate: (task: () => void) => void

interface Task {
  readonly dueMs: number
  readonly order: number
  readonly run: () => void
}

/**
 * Time that passes when a test says so, for whole fleets of replicas: between two moments, everything that only waits
 * for promises runs to its end, so that a run depends on nothing but its seed.
 */
export class VirtualTime implements TimePort, TimerPort {
  #nowMs = 0
  #order = 0
  readonly #tasks = new Set<Task>()

  nowMs(): number {
    return this.#nowMs
  }

  schedule(delayMs: number, task: () => void): () => void {
    const entry = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run: task }
    this.#tasks.add(entry)
    return () => this.#tasks.delete(entry)
  }

  microtask(task: () => void): void {
    queueMicrotask(task)
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms
    for (let due = await this.#due(endMs); due.length > 0; due = await this.#due(endMs)) {
      this.#nowMs = due[0]?.dueMs ?? this.#nowMs
      // A task may cancel one that is due at the same moment.
      for (const task of due) if (this.#tasks.delete(task)) task.run()
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

  /** Ports of one replica in this time, with its own share of the randomness. */
  ports(random: SeededRandom): Ports {
    return { time: this, timers: this, random, logger: silentLogger }
  }

  /** What is due at the next moment at which something is, if that is not after `endMs`. */
  async #due(endMs: number): Promise<readonly Task[]> {
    await new Promise<void>(resolve => setImmediate(resolve))
    const nextMs = Math.min(endMs, ...[...this.#tasks].map(({ dueMs }) => dueMs))
    return [...this.#tasks].filter(({ dueMs }) => dueMs <= nextMs).sort((a, b) => a.order - b.order)
  }
}
