import { type Document, replace } from "@syncline/core"
import type { AutomergeNative } from "@syncline/core/automerge"
import type { SeededRandom } from "@syncline/core/testing"
import * as Y from "yjs"
import type { Note } from "./setting.ts"

/** One random edit; every kind of operation has its turn. */
export type Edit = (document: Document<Note>, random: SeededRandom) => void

const word = (random: SeededRandom) => random.pick(["ab", "é", "😀", "x", "long words ", "\n"])

/** By name, so that a failing history can say what it did. */
export const edits: Readonly<Record<string, Edit>> = {
  setTitle: (document, random) =>
    void document.change(draft => {
      draft.title = word(random)
    }),
  removeTitle: document =>
    void document.change(draft => {
      delete draft.title
    }),
  type: (document, random) => {
    const { length } = document.value.body
    void document
      .text("body")
      .insert(safeIndex(document.value.body, random.integer(length + 1)), word(random))
  },
  erase: (document, random) =>
    void document.change(draft => {
      const points = Array.from(draft.body)
      points.splice(random.integer(points.length + 1), 1 + random.integer(3))
      draft.body = points.join("")
    }),
  rewrite: (document, random) =>
    void document.change(draft => {
      draft.body = `${word(random)}${draft.body.split("").reverse().join("").toWellFormed()}`
    }),
  overwrite: (document, random) =>
    void document.change(draft => {
      const points = Array.from(draft.body)
      points.splice(random.integer(4), 1 + random.integer(4), word(random))
      draft.body = points.join("")
    }),
  tag: (document, random) =>
    void document.change(draft => {
      draft.tags.splice(
        random.integer(draft.tags.length + 1),
        random.integer(2),
        word(random),
        random.integer(10)
      )
    }),
  replaceTags: (document, random) =>
    void document.change(draft => {
      draft.tags = draft.tags.filter(() => random.chance(0.5)).concat(word(random))
    }),
  describe: (document, random) =>
    void document.change(draft => {
      draft.meta.summary = `${draft.meta.summary}${word(random)}`
      draft.meta[random.pick(["a", "b"])] = random.chance(0.5)
        ? { deep: [1, { er: word(random) }] }
        : random.integer(5)
    }),
  assignMeta: (document, random) =>
    void document.change(draft => {
      draft.meta = { summary: word(random), hits: draft.meta.hits, c: [word(random)] }
    }),
  vote: (document, random) => void document.counter("votes").increment(random.integer(9) - 4),
  hit: (document, random) =>
    void document.change(draft => {
      draft.meta.hits += 1
      draft.votes = random.integer(20)
    }),
  setState: (document, random) =>
    void document.change(draft => {
      if (random.chance(0.3)) delete (draft as Partial<Note>).state
      else draft.state = random.pick(["open", "done"])
    }),
  free: (document, random) =>
    void document.change(draft => {
      const key = random.pick(["p", "p", "q", "__proto__"])
      const words = [word(random)]
      draft[key] = random.chance(0.5) ? words : replace(words)
    }),
  rank: (document, random) =>
    void document.change(draft => {
      draft.rank = random.integer(100)
    }),
  line: (document, random) =>
    void document.change(draft => {
      const { line } = draft
      draft.line = `${typeof line === "string" ? line.slice(0, 20) : ""}${word(random)}`.toWellFormed()
    }),
  box: (document, random) =>
    void document.change(draft => {
      const { box } = draft
      if (isRecord(box) && random.chance(0.4)) delete draft.box
      else if (isRecord(box)) box[random.pick(["a", "b"])] = random.integer(9)
      else draft.box = { a: random.integer(9) }
    }),
  native: (document, random) => {
    const { native } = document
    if (native instanceof Y.Doc) editYjs(native, random)
    else editAutomerge(native as AutomergeNative, random)
  },
  burst: (document, random) => {
    for (let i = random.integer(12); i >= 0; i--) document.text("body").insert(0, "y")
  }
}

/** Those that policies are for, and that replicas disagree about soon. */
export const contested: readonly string[] = [
  "setTitle",
  "removeTitle",
  "rank",
  "line",
  "box",
  "describe",
  "free",
  "tag",
  "replaceTags",
  "overwrite",
  "rewrite"
]

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function editYjs(native: Y.Doc, random: SeededRandom): void {
  const root = native.getMap("root")
  native.transact(() => {
    root.set("native", random.integer(9))
    const loose = new Y.Array<string>()
    loose.push([word(random)])
    root.set("loose", loose)
  })
}

function editAutomerge(native: AutomergeNative, random: SeededRandom): void {
  native.change(root => {
    root["native"] = random.integer(9)
    root["loose"] = [word(random)]
  })
}

/** Moves an index out of the middle of a surrogate pair. */
function safeIndex(text: string, index: number): number {
  const code = text.charCodeAt(index)
  return code >= 0xdc00 && code < 0xe000 ? index - 1 : index
}
