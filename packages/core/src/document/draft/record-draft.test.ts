import { describe, expect, test } from "vitest"
import type { EngineDocument } from "../../engine/engine.ts"
import { lazyMap } from "../../engine/lazy-json.ts"
import { yjs } from "../../engine/yjs/yjs-engine.ts"
import { codeThrownBy, contractShape } from "../../testing/engine-case.ts"
import { SeededRandom } from "../../testing/seeded-random.ts"
import { collection, type DocumentOf } from "../collection.ts"
import type { Operation } from "../operation.ts"
import { list, map, text } from "../shape.ts"
import type { Draft } from "./draft.ts"
import { replace } from "./marker.ts"
import { recordDraft } from "./record-draft.ts"
import { textOf } from "./text-of.ts"

interface Task {
  id?: number
  title: string
  done?: boolean
}

interface Note {
  readonly title?: string
  readonly body: string
  readonly tags: readonly unknown[]
  readonly meta: { readonly note: string; readonly deep: object; readonly size?: number }
  readonly tasks?: readonly Task[]
  readonly any?: unknown
}

class Point {
  readonly x = 1
}

function open(): EngineDocument {
  return yjs().open({ shape: contractShape, identity: yjs().createIdentity(new SeededRandom(3)) })
}

function record(document: EngineDocument, change: (draft: Draft<Note>) => unknown): Operation[] {
  return recordDraft(document.value(), document.kindAt, change)
}

function edit(document: EngineDocument, change: (draft: Draft<Note>) => unknown): Operation[] {
  const operations = record(document, change)
  document.change(operations)
  return operations
}

describe("what is recorded", () => {
  test("[DR3] a container assigned over one of its kind merges into it", () => {
    const document = open()
    edit(document, draft => {
      draft.body = "hello world"
      draft.meta.size = 1
      draft.tags = ["a", "b", "c"]
    })
    const operations = edit(document, draft => {
      draft.body = "hello brave world"
      draft.meta = { note: "", deep: { hits: 0, log: [] }, size: 2 }
      draft.tags = ["a", "c", "d"]
    })
    expect(operations.map(({ op, path }) => `${op} ${path.join(".")}`)).toEqual([
      "splice body",
      "remove meta.state",
      "set meta.size",
      "delete tags",
      "insert tags"
    ])
    expect(operations[0]).toMatchObject({ index: 6, remove: 0, insert: "brave " })
  })

  test("[DR4] replace() puts a new container in place of a free one, and new content into a predefined one", () => {
    const document = open()
    edit(document, draft => (draft.any = { a: 1 }))
    expect(record(document, draft => (draft.any = replace({ a: 1 })))).toMatchObject([
      { op: "set", path: ["any"] }
    ])
    edit(document, draft => (draft.tags = replace([1, 2])))
    expect(document.value()["tags"]).toEqual([1, 2])
  })

  test("[DR5] elements mapped to changed copies stay the same elements, unless their ids differ", () => {
    const document = open()
    edit(
      document,
      draft =>
        (draft.tasks = [
          { id: 1, title: "a" },
          { id: 2, title: "b" }
        ])
    )
    const mapped = record(document, draft => {
      draft.tasks = (draft.tasks ?? []).map(task => (task.id === 2 ? { ...task, done: true } : task))
    })
    expect(mapped).toMatchObject([{ op: "set", path: ["tasks", 1, "done"] }])
    const exchanged = record(
      document,
      draft =>
        (draft.tasks = [
          { id: 1, title: "a" },
          { id: 3, title: "b" }
        ])
    )
    expect(exchanged.map(({ op }) => op)).toEqual(["delete", "insert"])
  })

  test("[DR6] what is assigned is copied: one object twice makes two, and later changes of it none", () => {
    const document = open()
    const task: Task = { title: "a" }
    edit(document, draft => {
      draft.tasks = [task, task]
      task.title = "changed"
      draft.any = draft.tasks[0]
      const [first] = draft.tasks
      if (first) first.title = "b"
    })
    expect(document.value()["tasks"]).toEqual([{ title: "b" }, { title: "a" }])
    expect(document.value()["any"]).toEqual({ title: "a" })
  })

  test("[DR7] equal scalars record nothing; a loop of push records one insertion", () => {
    const document = open()
    edit(document, draft => (draft.title = "a"))
    expect(record(document, draft => (draft.title = "a"))).toEqual([])
    const pushes = record(document, draft => {
      for (let n = 0; n < 5; n++) draft.tags.push(n)
    })
    expect(pushes).toHaveLength(1)
  })

  test("[DR19] what is exchanged by way of drafts is exchanged, and drafts of what was assigned over stay as they were", () => {
    const document = open()
    edit(document, draft => (draft.tasks = [{ title: "a" }, { title: "b" }]))
    edit(document, draft => {
      const [first, second] = draft.tasks ?? []
      if (draft.tasks && first && second) [draft.tasks[0], draft.tasks[1]] = [second, first]
      draft.any = first
      if (first) first.done = true
    })
    expect(document.value()["tasks"]).toEqual([{ title: "b" }, { title: "a" }])
    expect(document.value()["any"]).toEqual({ title: "a" })
  })

  test("[DR19] what is assigned to itself, or is among what a list is filtered to, goes on being edited", () => {
    const document = open()
    edit(document, draft => (draft.tasks = [{ title: "a", done: true }, { title: "b" }, { title: "c" }]))
    edit(document, draft => {
      const [, , last] = draft.tasks ?? []
      const { meta } = draft
      draft.meta = meta
      draft.tasks = (draft.tasks ?? []).filter(({ done }) => done !== true)
      meta.size = 3
      if (last) last.done = true
    })
    expect(document.value()["tasks"]).toEqual([{ title: "b" }, { title: "c", done: true }])
    expect(document.value()["meta"]).toMatchObject({ size: 3 })
  })

  test("[DR19] of what was assigned over, texts stay as they were; what edits the text at its place goes on", () => {
    const document = open()
    edit(document, draft => {
      draft.meta.note = "one"
      const { meta } = draft
      const note = textOf(meta, "note")
      draft.meta = { note: "two", deep: { hits: 0, log: [] } }
      note.append("!")
      draft.any = meta.note
    })
    expect(document.value()).toMatchObject({ any: "one", meta: { note: "two!" } })
  })

  test("[DR8] elements are edited where they are by then, and no longer once removed", () => {
    const document = open()
    edit(document, draft => (draft.tasks = [{ title: "a" }, { title: "b" }]))
    const operations = record(document, draft => {
      const second = draft.tasks?.[1]
      const first = draft.tasks?.shift()
      if (second) second.done = true
      if (first) first.done = true
    })
    expect(operations.map(({ op, path }) => [op, path])).toEqual([
      ["delete", ["tasks"]],
      ["set", ["tasks", 0, "done"]]
    ])
  })

  test("[DR9] texts are made by text() and edited at positions by textOf()", () => {
    const document = open()
    edit(document, draft => (draft.tasks = [{ title: text("abc") }]))
    expect(document.kindAt(["tasks", 0, "title"])).toBe("text")
    const operations = edit(document, draft => {
      const task = draft.tasks?.[0]
      if (task === undefined) return
      textOf(task, "title").splice(1, 1, "B")
      textOf(task, "title").append("!")
      expect(task.title).toBe("aBc!")
    })
    expect(operations.map(({ op }) => op)).toEqual(["splice", "splice"])
    expect(document.value()["tasks"]).toEqual([{ title: "aBc!" }])
    expect(codeThrownBy(() => record(document, draft => textOf(draft, "title")))).toBe("path-invalid")
  })

  test("[DR10] a copy of a part of the document keeps texts as texts", () => {
    const document = open()
    edit(document, draft => (draft.tasks = [{ title: text("abc") }]))
    edit(document, draft => draft.tasks?.push(...draft.tasks))
    expect(document.kindAt(["tasks", 1, "title"])).toBe("text")
  })
})

describe("what is refused", () => {
  const values: readonly (readonly [string, unknown, string])[] = [
    ["undefined", { a: undefined }, "delete the key"],
    ["a hole", Array(2), "delete the key"],
    ["a function", () => 1, "data only"],
    ["a symbol", Symbol("s"), "data only"],
    ["a bigint", 1n, "string"],
    ["NaN", [Number.NaN], "finite"],
    ["a date", new Date(0), "toISOString"],
    ["a map", new Map(), "fromEntries"],
    ["a set", new Set(), "[..."],
    ["bytes", new Uint8Array(1), "Base64"],
    ["a class instance", new Point(), "Point"],
    ["a symbol key", { [Symbol("k")]: 1 }, "keys are strings"]
  ]

  test.each(values)("[DR11] %s, naming the path and what to do", (_, value, remedy) => {
    const attempt = (): unknown => record(open(), draft => (draft.any = { in: value }))
    expect(codeThrownBy(attempt)).toBe("value-unsupported")
    expect(attempt).toThrow('["any","in"')
    expect(attempt).toThrow(remedy)
  })

  test("[DR12] cycles", () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(codeThrownBy(() => record(open(), draft => (draft.any = cycle)))).toBe("value-unsupported")
  })

  const misuses: readonly (readonly [string, (draft: Draft<Note>) => unknown])[] = [
    ["sort", draft => draft.tags.sort(() => 0)],
    ["reverse", draft => draft.tags.reverse()],
    ["a hole", draft => (draft.tags[5] = 1)],
    ["a longer length", draft => (draft.tags.length = 5)],
    ["deleting an index", draft => delete (draft.tags as { 0?: unknown })[0]],
    ["defineProperty", draft => Object.defineProperty(draft, "a", { value: 1 })],
    ["freeze", draft => Object.freeze(draft)],
    ["an asynchronous edit", async draft => void (draft.title = "x")]
  ]

  test.each(misuses)("[DR13] %s", (_, misuse) => {
    expect(codeThrownBy(() => record(open(), misuse))).toBe("draft-invalid")
  })

  test("[DR14] a draft after its edit", () => {
    let kept: Draft<Note> | undefined
    record(open(), draft => (kept = draft))
    expect(codeThrownBy(() => kept?.title)).toBe("draft-invalid")
    expect(codeThrownBy(() => record(open(), draft => (draft.any = kept)))).toBe("draft-invalid")
  })

  test("[DR15] nothing is recorded when the edit throws", () => {
    const document = open()
    const failing = (): unknown =>
      record(document, draft => {
        draft.title = "x"
        throw new Error("of the application")
      })
    expect(failing).toThrow("of the application")
    expect(document.value()["title"]).toBeUndefined()
  })
})

describe("how it reads", () => {
  test("[DR16] like a plain object or array", () => {
    const document = open()
    edit(document, draft => (draft.tasks = [{ title: "a" }, { title: "b", done: true }]))
    record(document, draft => {
      const tasks = draft.tasks ?? []
      expect(Array.isArray(tasks)).toBe(true)
      expect([...tasks].map(task => task.title)).toEqual(["a", "b"])
      expect(tasks.find(task => task.done)?.title).toBe("b")
      expect(tasks.indexOf(tasks[1] ?? { title: "" })).toBe(1)
      expect(Object.keys(draft).sort()).toEqual(["body", "meta", "tags", "tasks", "votes"])
      expect("title" in draft || "toString" in draft).toBe(true)
      expect(typeof draft.hasOwnProperty).toBe("function")
      expect({ ...tasks[0] }).toEqual({ title: "a" })
      expect(JSON.stringify(tasks)).toBe('[{"title":"a"},{"done":true,"title":"b"}]')
      expect(tasks.splice(-1)).toHaveLength(1)
      expect(tasks.length).toBe(1)
    })
  })

  test("[SH3] types follow from declared fields", () => {
    const notes = collection("notes", {
      fields: { body: text(), tags: list(), meta: map({ nested: text() }) }
    })
    const document = yjs().open({ shape: notes.shape, identity: yjs().createIdentity(new SeededRandom(3)) })
    const change = (draft: Draft<DocumentOf<typeof notes>>): void => {
      draft.meta.nested = draft.body.toUpperCase()
      draft.tags.push("x", { y: [1] })
      textOf(draft.meta, "nested").append("!")
    }
    document.change(recordDraft(document.value(), document.kindAt, change))
    expect(document.value()).toEqual({ body: "", meta: { nested: "!" }, tags: ["x", { y: [1] }] })
  })
})

describe("keys set one after the other", () => {
  test("[DR20] plain values in one map are one operation, in the order of setting", () => {
    const document = open()
    const operations = edit(document, draft => {
      Object.assign(draft.meta, { size: 1, note2: "x", size2: null })
      draft.meta.size = 2
      draft.meta.size = 2
    })
    expect(operations).toEqual([
      {
        op: "assign",
        path: ["meta"],
        keys: ["size", "note2", "size2", "size"],
        values: [1, "x", null, 2]
      }
    ])
    expect(document.value()["meta"]).toMatchObject({ size: 2, note2: "x", size2: null })
  })

  test("[DR20] what comes between begins another", () => {
    const operations = record(open(), draft => {
      Object.assign(draft.meta, { a: 1, b: 2 })
      draft.tags.push("x")
      Object.assign(draft.meta, { c: 3, d: 4 })
    })
    expect(operations.map(({ op }) => op)).toEqual(["assign", "insert", "assign"])
  })

  test("[DR19] a map that was assigned over takes no more keys, also where that recorded nothing", () => {
    const document = open()
    edit(document, draft => {
      draft.any = { a: 1, b: 2 }
    })
    const operations = edit(document, draft => {
      const held = draft.any as Record<string, number>
      Object.assign(held, { a: 3, b: 4 })
      draft.any = { a: 3, b: 4 }
      Object.assign(held, { a: 5, b: 6 })
    })
    expect(operations).toHaveLength(1)
    expect(document.value()["any"]).toEqual({ a: 3, b: 4 })
  })
})

test("[DR18] of a wide map a draft reads the keys that the edit names", () => {
  const read: string[] = []
  const wide = lazyMap({
    keys: () => Array.from({ length: 10_000 }, (_, i) => `key${i}`),
    get: key => {
      read.push(key)
      return 1
    }
  })
  const operations = recordDraft(
    wide,
    () => "register",
    (draft: { key7: number }) => {
      draft.key7 = 2
    }
  )
  expect(operations).toEqual([{ op: "set", path: ["key7"], content: { kind: "register", value: 2 } }])
  expect(new Set(read)).toEqual(new Set(["key7"]))
})
