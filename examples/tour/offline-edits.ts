import { isDeepStrictEqual } from "node:util"
import { type Document, keyOf, parseDocumentId, type Replica, textOf } from "@syncline/core"
import type { Desk } from "./desk.ts"
import { type Package, packages } from "./package-document.ts"
import type { Tour } from "./tour.ts"

/** What happens to one document on two replicas that do not hear of each other, and what must come of it. */
export interface OfflineEdit {
  readonly id: string
  /** Absent: one of many of its kind, checked together. */
  readonly claim?: string
  /** Done on A while the two are still connected. */
  readonly before?: (a: Replica) => Promise<unknown>
  readonly onA: (a: Replica) => Promise<unknown>
  readonly onB: (b: Replica) => Promise<unknown>
  /** Whether both intentions are in the merged document. */
  readonly holds: (merged: Replica) => Promise<boolean>
  /** A line that shows the merged document. */
  readonly example?: (merged: Replica) => Promise<string>
}

type Edit = (document: Document<Package>) => unknown

/** An edit of one document, as the functions below describe it. */
interface Plan {
  readonly claim?: string
  readonly onA: Edit
  readonly onB: Edit
  readonly judge: (merged: Package, document: Document<Package>) => boolean
}

const bulkEdits = 40

/** Chooses documents that have what is to be edited, and says what is done to each. */
export async function planEdits(tour: Tour, { replica }: Desk): Promise<OfflineEdit[]> {
  const all: Document<Package>[] = []
  for await (const id of replica.list(packages.name)) all.push(await replica.load(packages, keyOf(id)))
  const unused = new Set(tour.choose(all, all.length))
  const take = (fits: (value: Package) => boolean): Document<Package> => {
    const found = [...unused].find(({ value }) => fits(value))
    if (found === undefined) throw new Error("none of the packages has what the tour wants to edit")
    unused.delete(found)
    return found
  }
  const special = [
    editText(take(hasReadme)),
    editList(take(({ keywords }) => keywords.length >= 3)),
    editMap(take(({ dependencies }) => Object.keys(dependencies).length >= 2)),
    deleteAndEdit(take(hasReadme)),
    deleteOnly(take(() => true)),
    undelete(take(() => true))
  ]
  const bulk = [...unused].filter(({ value }) => hasReadme(value)).slice(0, tour.quick ? 10 : bulkEdits)
  return [...special, ...bulk.map(editBothEnds)]
}

/** Cutting it at an arbitrary place must not cut a character. */
function hasReadme({ readme }: Package): boolean {
  return readme.length > 400 && !/[\ud800-\udfff]/.test(readme)
}

function editText({ id, value: { readme } }: Document<Package>): OfflineEdit {
  const middle = readme.length >> 1
  // A deletes 0–20, B 10–30, both counted from a place behind the middle; both type at the middle.
  const [from, to] = [middle + 50, middle + 80]
  const edit =
    (name: string, at: number, remove: number, insertAt: number): Edit =>
    document =>
      document.change(draft => {
        const text = textOf(draft, "readme")
        text.splice(at, remove)
        text.insert(middle, `<${name} in the middle>`)
        text.insert(insertAt === 0 ? 0 : text.length, `<${name} at one end>`)
      })
  const around = (between: string): string =>
    `<A at one end>${readme.slice(0, middle)}${between}${readme.slice(middle, from)}${readme.slice(to)}<B at one end>`
  const [a, b] = ["<A in the middle>", "<B in the middle>"]
  return {
    ...planned(id, {
      claim: "one README: both ends, the same place, overlapping deletions; nothing lost, nothing doubled",
      onA: edit("A", from, 20, 0),
      onB: edit("B", from + 10, 20, 1),
      judge: merged => [around(a + b), around(b + a)].includes(merged.readme)
    }),
    example: async replica => {
      const merged = (await load(replica, id)).value.readme
      const start = Math.min(merged.indexOf(a), merged.indexOf(b))
      const shown = merged.slice(start - 12, start + a.length + b.length + 12)
      return `for example in ${id}: …${shown.replace(/\s+/g, " ")}…`
    }
  }
}

function editList({ id, value: { keywords } }: Document<Package>): OfflineEdit {
  const kept = keywords.slice(1)
  const outcomes = [
    [...kept, "by-a", "by-b"],
    [...kept, "by-b", "by-a"]
  ]
  return planned(id, {
    claim: "a list: both added a keyword, B removed the first",
    onA: document => document.change(draft => void draft.keywords.push("by-a")),
    onB: document =>
      document.change(draft => {
        draft.keywords.shift()
        draft.keywords.push("by-b")
      }),
    judge: merged => outcomes.some(each => isDeepStrictEqual(merged.keywords, each))
  })
}

function editMap({ id, value: { dependencies } }: Document<Package>): OfflineEdit {
  const [contested = "", removed = ""] = Object.keys(dependencies)
  const { [contested]: _contested, [removed]: _removed, ...untouched } = dependencies
  const expected = { ...untouched, "only-a": "1.0.0", "only-b": "1.0.0" }
  const edit =
    (name: string): Edit =>
    document =>
      document.change(draft => {
        draft.dependencies[contested] = `chosen by ${name}`
        draft.dependencies[`only-${name}`] = "1.0.0"
        if (name === "a") delete draft.dependencies[removed]
      })
  return planned(id, {
    claim: "a map: different keys both kept, one removed, the same key has one value on both",
    onA: edit("a"),
    onB: edit("b"),
    judge: merged => {
      const { [contested]: chosen = "", ...others } = merged.dependencies
      return ["chosen by a", "chosen by b"].includes(chosen) && isDeepStrictEqual(others, expected)
    }
  })
}

function deleteAndEdit({ id, value: { readme } }: Document<Package>): OfflineEdit {
  return planned(id, {
    claim: "deleted on A, edited on B meanwhile: it lives, with the edit",
    onA: document => document.delete(),
    onB: document => document.text("readme").insert(0, "B still needs this. "),
    judge: (merged, document) => !document.deleted && merged.readme === `B still needs this. ${readme}`
  })
}

function deleteOnly({ id }: Document<Package>): OfflineEdit {
  return planned(id, {
    claim: "deleted on A only: deleted on both",
    onA: document => document.delete(),
    onB: () => {},
    judge: (_, document) => document.deleted
  })
}

function undelete({ id, value }: Document<Package>): OfflineEdit {
  return {
    ...planned(id, {
      claim: "deleted on both before, undeleted on B: back as it was",
      onA: () => {},
      onB: document => document.undelete(),
      judge: (merged, document) => !document.deleted && isDeepStrictEqual(merged, value)
    }),
    before: async a => (await load(a, id)).delete().durable
  }
}

function editBothEnds({ id, value: { readme } }: Document<Package>): OfflineEdit {
  return planned(id, {
    onA: document => document.text("readme").insert(0, "A was here. "),
    onB: document => document.text("readme").insert(document.value.readme.length, " B was here."),
    judge: merged => merged.readme === `A was here. ${readme} B was here.`
  })
}

function planned(id: string, { onA, onB, judge, ...rest }: Plan): OfflineEdit {
  return {
    ...rest,
    id,
    onA: async a => onA(await load(a, id)),
    onB: async b => onB(await load(b, id)),
    holds: async merged => {
      const document = await load(merged, id)
      return judge(document.value, document)
    }
  }
}

function load(replica: Replica, id: string): Promise<Document<Package>> {
  return replica.load(packages, keyOf(parseDocumentId(id)))
}
