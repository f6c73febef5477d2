import * as Y from "yjs"
import type { CommitHistory, ObjectId } from "../footprint.ts"
import { rootName } from "./genesis.ts"
import { itemOf, type SharedType } from "./yjs-internals.ts"

/** A stretch of one item. */
export interface ItemPart {
  readonly item: Y.Item
  readonly from: number
  readonly to: number
}

/**
 * Finds items with what they lie in. Yjs forgets that of what was in a deleted container; where it is asked for, the
 * history is read again into a document that forgets nothing. That costs the history, once, and what was added since.
 */
export class StructLookup {
  readonly #live: Y.Doc
  readonly #history: CommitHistory
  #whole: { readonly doc: Y.Doc; updates: number } | undefined

  constructor(live: Y.Doc, history: CommitHistory) {
    this.#live = live
    this.#history = history
  }

  /** The item that has this name, or has the element in it; `undefined` where nobody knows it any more. */
  itemAt(client: number, clock: number): Y.Item | undefined {
    return itemIn(this.#live, client, clock) ?? itemIn(this.#wholeDoc(), client, clock)
  }

  /** Two items of one document, so that they are linked with each other. */
  pairAt(a: ObjectId, b: ObjectId): readonly [Y.Item, Y.Item] | undefined {
    for (const doc of [() => this.#live, () => this.#wholeDoc()]) {
      const [first, second] = [itemNamed(doc(), a), itemNamed(doc(), b)]
      if (first !== undefined && second !== undefined) return [first, second]
    }
    return undefined
  }

  itemNamed(id: ObjectId): Y.Item | undefined {
    return itemNamed(this.#live, id) ?? itemNamed(this.#wholeDoc(), id)
  }

  /** Whether the item is in the live document, and not deleted. */
  isLive(id: ObjectId): boolean {
    return itemNamed(this.#live, id)?.deleted === false
  }

  /** The items of a range, in order, cut to it; what nobody knows any more is left out. */
  *parts(client: number, clock: number, length: number): Generator<ItemPart> {
    for (let from = clock; from < clock + length; ) {
      const item = this.itemAt(client, from)
      const end = item === undefined ? endOfStruct(this.#live, client, from) : item.id.clock + item.length
      const to = Math.min(clock + length, end)
      if (item !== undefined) yield { item, from, to }
      from = to
    }
  }

  #wholeDoc(): Y.Doc {
    const whole = this.#whole ?? { doc: new Y.Doc({ gc: false, guid: rootName }), updates: 0 }
    const { base, updates } = this.#history
    if (this.#whole === undefined && base !== undefined) Y.applyUpdateV2(whole.doc, base())
    if (whole.updates < updates.length)
      whole.doc.transact(() => {
        for (const update of updates.slice(whole.updates)) Y.applyUpdate(whole.doc, update)
      })
    whole.updates = updates.length
    this.#whole = whole
    return whole.doc
  }
}

/** What a type is known by: the item that holds it, the root `""`, other top-level types by their names. */
export function containerOf(item: Y.Item): ObjectId {
  const parent = item.parent as SharedType
  const holder = itemOf(parent)
  if (holder !== null) return idOf(holder.id.client, holder.id.clock)
  const { share } = parent.doc ?? {}
  const name = [...(share ?? [])].find(([, type]) => type === parent)?.[0] ?? rootName
  return name === rootName ? "" : `#${encodeURIComponent(name.toWellFormed())}`
}

/** The name of an element or container. */
export function idOf(client: number, clock: number): ObjectId {
  return `${client}:${clock}`
}

function itemNamed(doc: Y.Doc, id: ObjectId): Y.Item | undefined {
  const [client = "", clock = ""] = id.split(":")
  return itemIn(doc, Number(client), Number(clock))
}

/** Where a struct that is no item any more ends; beyond all structs, nowhere. */
function endOfStruct(doc: Y.Doc, client: number, clock: number): number {
  const structs = doc.store.clients.get(client)
  if (structs === undefined || clock >= Y.getState(doc.store, client)) return Number.POSITIVE_INFINITY
  const struct = structs[Y.findIndexSS(structs, clock)]
  return struct === undefined ? Number.POSITIVE_INFINITY : struct.id.clock + struct.length
}

function itemIn(doc: Y.Doc, client: number, clock: number): Y.Item | undefined {
  const structs = doc.store.clients.get(client)
  const last = structs?.at(-1)
  if (structs === undefined || last === undefined || clock >= last.id.clock + last.length) return undefined
  const struct = structs[Y.findIndexSS(structs, clock)]
  return struct instanceof Y.Item && struct.parent instanceof Y.AbstractType ? struct : undefined
}
