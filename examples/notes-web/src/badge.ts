import type { Tab } from "@syncline/adapters/tabs"
import type { SyncPhase } from "@syncline/core"

const words: { readonly [P in SyncPhase]: string } = {
  offline: "Offline",
  connecting: "Connecting…",
  "catching-up": "Syncing…",
  live: "Up to date",
  diverged: "Checking again…",
  refused: "Not let in",
  closed: "Closed"
}

/** Says how the link to the server stands, whichever tab owns it. */
export class Badge {
  readonly #tab: Tab
  readonly #element: HTMLElement

  constructor(tab: Tab, element: HTMLElement) {
    this.#tab = tab
    this.#element = element
    tab.onChange(() => this.show())
  }

  show(): void {
    const [link] = this.#tab.upstream
    const phase = link?.phase ?? "connecting"
    const waiting = link === undefined || link.unsynced === 0 ? "" : `, ${link.unsynced} to send`
    this.#element.textContent = `${words[phase]}${waiting}`
    this.#element.dataset["phase"] = phase
    this.#element.dataset["role"] = this.#tab.role
  }
}
