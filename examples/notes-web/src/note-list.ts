import type { DocumentId, Replica } from "@syncline/core"
import { keyOf } from "@syncline/core"
import { notes } from "./notes.ts"

/** The notes there are, by title. */
export class NoteList {
  readonly #replica: Replica
  readonly #element: HTMLElement
  readonly #open: (id: DocumentId) => Promise<void>
  readonly #buttons = new Map<DocumentId, HTMLButtonElement>()

  constructor(replica: Replica, element: HTMLElement, open: (id: DocumentId) => Promise<void>) {
    this.#replica = replica
    this.#element = element
    this.#open = open
    replica.onDocuments(changed => void this.#update(changed), notes.name)
  }

  /** Lists what is stored. What comes later is told by the replica. */
  async show(): Promise<void> {
    for await (const id of this.#replica.list(notes.name)) await this.#update([id])
  }

  async create(): Promise<void> {
    const note = await this.#replica.load(notes, crypto.randomUUID())
    await note.change(draft => {
      draft.title = "New note"
    }).durable
    await this.#open(note.id)
  }

  /** Which of them is being looked at. */
  mark(current: DocumentId): void {
    for (const [id, button] of this.#buttons) button.setAttribute("aria-current", String(id === current))
  }

  async #update(changed: readonly DocumentId[]): Promise<void> {
    for (const id of changed) {
      const note = await this.#replica.load(notes, keyOf(id))
      if (note.deleted) this.#remove(id)
      else this.#button(id).textContent = note.value.title || "Untitled"
    }
  }

  #button(id: DocumentId): HTMLButtonElement {
    const known = this.#buttons.get(id)
    if (known !== undefined) return known
    const button = document.createElement("button")
    button.type = "button"
    button.addEventListener("click", () => void this.#open(id))
    this.#buttons.set(id, button)
    const item = document.createElement("li")
    item.append(button)
    this.#element.append(item)
    return button
  }

  #remove(id: DocumentId): void {
    this.#buttons.get(id)?.parentElement?.remove()
    this.#buttons.delete(id)
  }
}
