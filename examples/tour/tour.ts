import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { SeededRandom } from "@syncline/core/testing"
import { Ledger } from "./ledger.ts"
import type { Screen } from "./screen.ts"

/** How the tour is run. */
export interface TourOptions {
  /** Fewer documents, fewer rounds: for the tests. */
  readonly quick: boolean
  /** Leaves the folder with all databases behind. */
  readonly keep: boolean
  /** Decides which documents are edited and damaged, and when writers are killed. */
  readonly seed: number
}

/** What all steps share: a folder, a screen, the ledger, and one source of random choices. */
export class Tour {
  readonly quick: boolean
  readonly folder: string
  readonly ledger: Ledger
  readonly random: SeededRandom
  readonly screen: Screen
  readonly #keep: boolean
  #steps = 0

  constructor(screen: Screen, options: TourOptions) {
    this.screen = screen
    this.quick = options.quick
    this.#keep = options.keep
    this.ledger = new Ledger()
    this.random = new SeededRandom(options.seed)
    this.folder = mkdtempSync(join(tmpdir(), "syncline-tour-"))
  }

  /** A file of the tour. */
  path(name: string): string {
    return join(this.folder, name)
  }

  /** Where identities are vouched for: not the user's state folder, which the tour leaves as it was. */
  get stateDirectory(): string {
    return this.path("state")
  }

  step(title: string, purpose: string): void {
    this.ledger.begin(title)
    this.screen.heading(++this.#steps, title, purpose)
  }

  say(text: string): void {
    this.screen.say(text)
  }

  /** Prints a claim with a mark that says whether it holds. One that does not makes the tour fail. */
  check(claim: string, holds: boolean): void {
    this.screen.checked(claim, this.ledger.check(claim, holds))
  }

  /** A line of the closing table. */
  figure(what: string, figure: string): void {
    this.ledger.figure(what, figure)
  }

  /** Says that the step cannot run here. */
  skip(reason: string): void {
    this.screen.say(`– skipped: ${reason}`)
    this.ledger.skip()
  }

  /** Some of these, in random order, each once. */
  choose<T>(from: readonly T[], howMany: number): T[] {
    const rest = [...from]
    return Array.from({ length: Math.min(howMany, rest.length) }, () =>
      rest.splice(this.random.integer(rest.length), 1)
    ).flat()
  }

  /** Removes the folder, unless it shall be kept. */
  cleanUp(): void {
    if (!this.#keep) rmSync(this.folder, { recursive: true, force: true })
  }
}
