import { childRows, column, table } from "@syncline/core"
import { seededRandom } from "../harness/seeded-random.ts"

/** What the measured documents hold: a note of a few hundred bytes, as JSON. */
export interface BenchNote {
  readonly title: string
  readonly body: string
  readonly done: boolean
  readonly rank: number
  readonly tags: readonly string[]
}

/** What becomes of them in a sink: a typed table and a child table. */
export const notesTable: ReturnType<typeof table<BenchNote>> = table<BenchNote>("notes", {
  collection: "notes",
  columns: {
    title: column.text(note => note.title, { index: true }),
    body: column.text(note => note.body),
    done: column.boolean(note => note.done),
    rank: column.real(note => note.rank)
  },
  children: { note_tags: childRows((note: BenchNote) => note.tags, { tag: column.text(tag => tag) }) }
})

const words = "local first sync merges what people write apart and keeps every table equal to it".split(" ")

/** That many notes in the order of their ids, without holding them: the same ones for the same number. */
export function* benchNotes(count: number): Iterable<{ readonly id: string; readonly note: BenchNote }> {
  const random = seededRandom(count)
  const digits = `${count}`.length
  for (let index = 0; index < count; index++)
    yield { id: `notes/${`${index}`.padStart(digits, "0")}`, note: noteOf(random) }
}

/** A note as `random` has it. `longer`: how many times as many words as those of a few hundred bytes it has. */
export function noteOf(random: () => number, longer = 1): BenchNote {
  const text = (length: number): string =>
    Array.from({ length }, () => words[Math.floor(random() * words.length)]).join(" ")
  return {
    title: text(2 + random() * 6),
    body: text(longer * (20 + random() * 80)),
    done: random() < 0.5,
    rank: random(),
    tags: Array.from({ length: Math.floor(random() * 5) }, () => text(1))
  }
}
