import { EditorState } from "@codemirror/state"
import { EditorView, keymap } from "@codemirror/view"
import { type Document, type DocumentId, keyOf, type Replica } from "@syncline/core"
import { nativeRoot } from "@syncline/core/yjs"
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next"
import type * as Y from "yjs"
import { type Note, notes } from "./notes.ts"

/** Title and text of one note: the text bound to the document's `Y.Text`, the title changed as a whole. */
export class NoteEditor {
  readonly #replica: Replica
  readonly #title: HTMLInputElement
  readonly #body: HTMLElement
  #note: Document<Note> | undefined
  #view: EditorView | undefined
  #stop: () => void = () => {}

  constructor(replica: Replica, { title, body }: { title: HTMLInputElement; body: HTMLElement }) {
    this.#replica = replica
    this.#title = title
    this.#body = body
    title.addEventListener("input", () => {
      this.#note?.change(draft => {
        draft.title = title.value
      })
    })
    // The engine's document is another one from now on.
    replica.on(event => {
      if (event.type === "reloaded" && event.document === this.#note?.id) void this.show(event.document)
    })
  }

  async show(id: DocumentId): Promise<void> {
    const note = await this.#replica.load(notes, keyOf(id))
    this.#stop()
    this.#view?.destroy()
    this.#note = note
    this.#stop = note.subscribe(() => this.#showTitle())
    this.#title.hidden = false
    this.#showTitle()
    note.ensureContainer("body")
    this.#view = new EditorView({ parent: this.#body, state: stateOf(note) })
  }

  #showTitle(): void {
    const title = this.#note?.value.title ?? ""
    if (this.#title.value !== title) this.#title.value = title
  }
}

function stateOf(note: Document<Note>): EditorState {
  const body = nativeRoot(note.native).get("body") as Y.Text
  return EditorState.create({
    doc: body.toJSON(),
    extensions: [EditorView.lineWrapping, keymap.of(yUndoManagerKeymap), yCollab(body, null)]
  })
}
