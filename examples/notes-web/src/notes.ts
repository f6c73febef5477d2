import { collection, register, text } from "@syncline/core"

/** What is in a note. */
export interface Note {
  readonly title: string
  readonly body: string
}

/** All notes, on the server and in every tab. */
export const notes = collection<Note>("notes", { fields: { title: register({ default: "" }), body: text() } })
