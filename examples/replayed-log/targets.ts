import type {
  ContainerTarget,
  CounterTarget,
  ListTarget,
  MapTarget,
  Slot,
  TextTarget
} from "@syncline/core/engine"
import { isNode, shownCount } from "@syncline/core/engine"
import type { Cell, Edit } from "./entry.ts"
import { type Container, type Held, isContainer, type State } from "./state.ts"

/** What targets read from and write to. The state is asked for each time: a genesis makes it anew. */
export interface TargetContext {
  state(): State
  write(edit: Edit): void
  cellOf(slot: Slot): Cell
}

/** The map with this id, as `planEdits` reads and finally writes it. */
export function mapTarget(context: TargetContext, id: string, identity?: number): MapTarget {
  const entries = () => context.state().find("map", id)?.entries ?? new Map<string, Held | undefined>()
  return {
    kind: "map",
    identity,
    keys: () => [...entries().keys()].filter(key => entries().get(key) !== undefined),
    has: key => entries().get(key) !== undefined,
    isPristine: key => !entries().has(key),
    member: key => targetOf(context, entries().get(key)),
    set: (key, slot) => {
      // A key that is set to what it holds is nothing, as with every engine.
      if (isNode(slot) || entries().get(key) !== slot)
        context.write({ on: id, key, cell: context.cellOf(slot) })
    },
    delete: key => context.write({ on: id, key })
  }
}

function targetOf(context: TargetContext, held: Held | undefined): ContainerTarget | undefined {
  if (!isContainer(held)) return undefined
  return makers[held.kind](context, held.id, held.identity)
}

function listTarget(context: TargetContext, id: string, identity?: number): ListTarget {
  const items = () => context.state().find("list", id)?.items ?? []
  return {
    kind: "list",
    identity,
    get length() {
      return items().length
    },
    item: index => targetOf(context, items()[index]),
    splice: (at, remove, insert) =>
      context.write({ on: id, at, remove, insert: insert.map(slot => context.cellOf(slot)) })
  }
}

function textTarget(context: TargetContext, id: string, identity?: number): TextTarget {
  const text = () => context.state().find("text", id)?.text ?? ""
  return {
    kind: "text",
    identity,
    get length() {
      return text().length
    },
    unitAt: index => text().charCodeAt(index),
    splice: (at, remove, insert) => context.write({ on: id, at, remove, insert })
  }
}

function counterTarget(context: TargetContext, id: string, identity?: number): CounterTarget {
  return {
    kind: "counter",
    identity,
    get value() {
      return shownCount(context.state().find("counter", id)?.sum ?? 0)
    },
    takes: () => true,
    add: by => context.write({ on: id, by })
  }
}

type MakeTarget = (context: TargetContext, id: string, identity?: number) => ContainerTarget
const makers: Readonly<Record<Container["kind"], MakeTarget>> = {
  map: mapTarget,
  list: listTarget,
  text: textTarget,
  counter: counterTarget
}

/** Turns slots into cells; new containers have ids below the name of their entry. */
export function cellsOf(name: string): (slot: Slot) => Cell {
  let count = 0
  const cellOf = (slot: Slot): Cell => {
    if (!isNode(slot)) return slot
    const [id, made] = [`${name}/${count++}`, slot.content()]
    if (made.kind === "text") return { id, kind: made.kind, content: made.text }
    if (made.kind === "list") return { id, kind: made.kind, content: made.items.map(cellOf) }
    return { id, kind: made.kind, content: made.entries.map(([key, entry]) => [key, cellOf(entry)] as const) }
  }
  return cellOf
}
