import type { Presence } from "@syncline/core/presence"

/** Who else looks at the same note. */
export class People {
  readonly #presence: Presence
  readonly #element: HTMLElement
  readonly #name: string
  #note: string | undefined
  #stop: () => void = () => {}

  constructor(presence: Presence, element: HTMLElement) {
    this.#presence = presence
    this.#element = element
    this.#name = `Guest ${presence.self.slice(0, 2)}`
  }

  /** Shows this one in the note, and who else is there. */
  look(note: string): void {
    this.#stop()
    if (this.#note !== undefined) this.#presence.clear(this.#note)
    this.#note = note
    this.#presence.set(note, { name: this.#name })
    this.#stop = this.#presence.on(note, () => this.#show())
    this.#show()
  }

  #show(): void {
    const others = this.#note === undefined ? [] : this.#presence.others(this.#note)
    this.#element.replaceChildren(
      ...others.map(({ state }) => {
        const dot = document.createElement("span")
        const name = nameOf(state)
        dot.title = name
        dot.textContent = name.replace("Guest ", "")
        return dot
      })
    )
  }
}

/** Anybody may show anything. */
function nameOf(state: unknown): string {
  const name = typeof state === "object" && state !== null && "name" in state ? state.name : undefined
  return typeof name === "string" ? name.slice(0, 20) : "?"
}
