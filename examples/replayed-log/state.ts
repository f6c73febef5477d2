import type { ContainerKind } from "@syncline/core"
import type { Cell, Edit, Entry, Scalar } from "./entry.ts"

/** What is in a place. */
export type Held = Scalar | Container
/** What holds other things. */
export type Container = MapNode | ListNode | TextNode | CounterNode
interface Node {
  readonly id: string
  /** That of its genesis, for predefined containers. */
  readonly identity: number | undefined
}
interface MapNode extends Node {
  readonly kind: "map"
  /** `undefined` where something was removed: the key was used. */
  readonly entries: Map<string, Held | undefined>
}
interface ListNode extends Node {
  readonly kind: "list"
  readonly items: Held[]
}
interface TextNode extends Node {
  readonly kind: "text"
  text: string
}

interface CounterNode extends Node {
  readonly kind: "counter"
  /** Steps add up beyond what a number is exact for. */
  sum: bigint
}

/** Whether something is a container. */
export const isContainer = (held: Held | undefined): held is Container =>
  typeof held === "object" && held !== null

/** The document as the entries executed so far have left it. */
export class State {
  readonly root: MapNode = { kind: "map", id: "root", identity: undefined, entries: new Map() }
  readonly #byId = new Map<string, Container>([["root", this.root]])

  /** The container with an id, if it is of that kind. */
  find<K extends ContainerKind>(kind: K, id: string): Extract<Container, { readonly kind: K }> | undefined {
    const found = this.#byId.get(id)
    return found?.kind === kind ? (found as Extract<Container, { readonly kind: K }>) : undefined
  }

  /** Executes an entry; of a genesis, the container it makes has its `identity`. */
  execute({ edits }: Entry, identity?: number): void {
    for (const edit of edits) this.#edit(edit, identity)
  }

  /** What does not fit, a peer made up: it is passed over, in the same way everywhere. */
  #edit(edit: Edit, identity: number | undefined): void {
    const on = this.#byId.get(edit.on)
    if ("by" in edit) {
      if (on?.kind === "counter") on.sum += BigInt(edit.by)
    } else if ("key" in edit) {
      if (on?.kind !== "map") return
      on.entries.set(edit.key, edit.cell === undefined ? undefined : this.#hold(edit.cell, identity))
    } else if (on?.kind === "list" && typeof edit.insert !== "string") {
      on.items.splice(edit.at, edit.remove, ...edit.insert.map(cell => this.#hold(cell)))
    } else if (on?.kind === "text" && typeof edit.insert === "string") {
      // What was done at the same time may have moved a character here: none is cut in two.
      const [start, end] = [wholeAt(on.text, edit.at), wholeAt(on.text, edit.at + edit.remove)]
      on.text = on.text.slice(0, start) + edit.insert + on.text.slice(end)
    }
  }

  #hold(cell: Cell, identity?: number): Held {
    if (typeof cell !== "object" || cell === null) return cell
    const made = this.#make(cell, identity)
    this.#byId.set(cell.id, made)
    return made
  }

  #make({ id, kind, content }: Exclude<Cell, Scalar>, identity: number | undefined): Container {
    if (kind === "counter") return { kind, id, identity, sum: 0n }
    if (kind === "text") return { kind, id, identity, text: content as string }
    if (kind === "list")
      return { kind, id, identity, items: (content as readonly Cell[]).map(cell => this.#hold(cell)) }
    const pairs = content as readonly (readonly [string, Cell])[]
    return { kind, id, identity, entries: new Map(pairs.map(([key, cell]) => [key, this.#hold(cell)])) }
  }
}

function wholeAt(text: string, at: number): number {
  const isInside = /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1))
  return isInside ? at - 1 : at
}
