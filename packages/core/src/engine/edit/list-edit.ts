import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerTarget, ListTarget } from "./container-target.ts"
import { type EditNode, isNode, type NewContainer, type NewNode, type Slot } from "./edit-node.ts"
import { arraySequence, PieceTable } from "./piece-table.ts"

const slotArrays = arraySequence<Slot>()

/** Makes the node for an element that is in the document; `register` for what is no container. */
export type OpenItem = (found: ContainerTarget | undefined) => EditNode | "register"

/** A list under edit; see {@link NewNode}. */
export class ListEdit implements NewNode {
  readonly kind = "list"
  readonly #locate: () => ListTarget | undefined
  readonly #genesis: ContainerRef | undefined
  readonly #list: ListTarget | undefined
  readonly #open: OpenItem
  readonly #pieces: PieceTable<Slot[]>
  /** Elements that were there before and are edited inside, by their old index. */
  readonly #opened = new Map<number, EditNode>()

  /** `locate` finds the list; for a predefined list (`genesis`) perhaps only after `prepare`. */
  constructor(locate: () => ListTarget | undefined, open: OpenItem, genesis?: ContainerRef) {
    this.#locate = locate
    this.#open = open
    this.#genesis = genesis
    this.#list = locate()
    this.#pieces = new PieceTable(this.#list?.length ?? 0, slotArrays)
  }

  /** A list that is to be made. */
  static fresh(items: Slot[]): ListEdit {
    const node = new ListEdit(
      () => undefined,
      () => "register"
    )
    node.splice(0, 0, items)
    return node
  }

  get length(): number {
    return this.#pieces.length
  }

  child(step: string | number): EditNode | "register" | undefined {
    const found = typeof step === "number" ? this.#pieces.locate(step) : undefined
    if (found === undefined) return undefined
    const { piece, offset } = found
    if (piece.kind === "old") return this.#openOld(piece.start + offset)
    const slot = piece.content[offset]
    return slot !== undefined && isNode(slot) ? slot : "register"
  }

  /** Replaces a stretch; the caller has checked the bounds, and gives `items` away. */
  splice(index: number, remove: number, items: Slot[]): void {
    this.#pieces.splice(index, remove, items)
  }

  replaceContent(by: NewNode): boolean {
    if (!(by instanceof ListEdit)) return false
    this.splice(0, this.length, by.#pieces.fresh() ?? [])
    return true
  }

  prepare(genesis: ContainerRef[]): boolean {
    let changed = !this.#pieces.untouched
    for (const node of this.#opened.values()) changed = node.prepare(genesis) || changed
    if (changed && this.#genesis !== undefined) genesis.push(this.#genesis)
    return changed
  }

  flush(): void {
    const list = this.#locate()
    if (list === undefined) return
    // Inside first: those elements are held directly, and deleting them afterwards would waste what was written.
    for (const [index, node] of this.#opened) if (this.#pieces.keeps(index)) node.flush()
    for (const { index, remove, insert } of this.#pieces.edits()) list.splice(index, remove, insert ?? [])
  }

  content(): NewContainer {
    return { kind: "list", items: this.#pieces.fresh() ?? [] }
  }

  #openOld(index: number): EditNode | "register" {
    const opened = this.#opened.get(index)
    if (opened !== undefined) return opened
    const node = this.#open(this.#list?.item(index))
    if (node !== "register") this.#opened.set(index, node)
    return node
  }
}
