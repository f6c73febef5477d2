import { Worker } from "node:worker_threads"

/** Ends the process where an input takes for ever: whoever computes without end cannot say so itself. */
export class Watchdog {
  readonly #beats = new BigInt64Array(new SharedArrayBuffer(16))
  readonly #worker: Worker

  constructor(maxInputMs: number) {
    const workerData = { beats: this.#beats, maxInputMs }
    this.#worker = new Worker(new URL("watchdog-worker.ts", import.meta.url), { workerData, execArgv: [] })
    this.#worker.unref()
  }

  /** An input begins. */
  beat(seed: number): void {
    this.#beats[1] = BigInt(seed)
    Atomics.add(this.#beats, 0, 1n)
  }

  stop(): Promise<unknown> {
    return this.#worker.terminate()
  }
}
