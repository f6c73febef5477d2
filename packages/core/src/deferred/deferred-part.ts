import { coreError } from "../errors/core-error.ts"

/** All that was declared, in code that is loaded by now. */
const declared = new Set<DeferredPart<unknown>>()

/**
 * Code that most pages never run, or not before they have shown something: loaded when it is first needed, where what needs it waits
 * anyway. Bundlers make a file of its own of what `fetch` imports.
 */
export class DeferredPart<T> {
  readonly #name: string
  readonly #fetch: () => Promise<T>
  #loaded: T | undefined
  #loading: Promise<T> | undefined

  /**
   * @param name for messages: what cannot be done without it
   * @param fetch imports it: `() => import("./x.ts")`
   */
  constructor(name: string, fetch: () => Promise<T>) {
    this.#name = name
    this.#fetch = fetch
    declared.add(this)
  }

  /** What was loaded; whoever finds it here need not wait. */
  get loaded(): T | undefined {
    return this.#loaded
  }

  /**
   * Loads it, once.
   *
   * @throws SynclineError `code-unavailable`; the next call imports again. Browsers that remember a failed import (those before whatwg/html#10327) give
   *   the same failure until the page is loaded anew.
   */
  load(): Promise<T> {
    this.#loading ??= this.#load()
    return this.#loading
  }

  /** Does something with it: at once where it is loaded. */
  use<R>(work: (part: T) => Promise<R>): Promise<R> {
    return this.#loaded === undefined ? this.load().then(work) : work(this.#loaded)
  }

  async #load(): Promise<T> {
    try {
      this.#loaded = await this.#fetch()
      return this.#loaded
    } catch (cause) {
      this.#loading = undefined
      throw coreError(
        "code-unavailable",
        `the code for ${this.#name} could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}; try again when the app's files can be reached, load the page anew where that does not help, or preload() them while they can`,
        { cause, details: { part: this.#name } }
      )
    }
  }
}

/**
 * Loads now what would be loaded when it is first needed: what an app should do that is to work offline, once it has shown something, so
 * that all of its files are cached. Servers may do it at their start.
 *
 * @throws SynclineError `code-unavailable`, when all else is loaded
 */
export async function preload(): Promise<void> {
  // What is loaded may declare more.
  const asked = new Set<DeferredPart<unknown>>()
  const failures: unknown[] = []
  for (let next = [...declared]; next.length > 0; next = [...declared].filter(part => !asked.has(part))) {
    for (const part of next) asked.add(part)
    for (const outcome of await Promise.allSettled(next.map(part => part.load())))
      if (outcome.status === "rejected") failures.push(outcome.reason)
  }
  if (failures.length > 0) throw failures[0]
}
