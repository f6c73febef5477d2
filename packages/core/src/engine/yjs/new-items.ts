import * as Y from "yjs"
import type { JsonValue } from "../../document/json.ts"
import { maxNesting } from "../edit/max-nesting.ts"
import type { ObjectId } from "../footprint.ts"
import { addMember } from "../json-member.ts"
import { nativeValueToJson } from "./native-value.ts"
import { objectReplacement } from "./text-content.ts"
import { sharedKind } from "./shared-kind.ts"
import { containerOf, idOf, type StructLookup } from "./struct-lookup.ts"

/** An item of an update, with what only the document tells of it. */
export interface NewItem {
  readonly id: ObjectId
  /** The last of its elements. */
  readonly last: ObjectId
  readonly container: ObjectId
  /** `null`: an element of a list or text. */
  readonly key: string | null
  readonly left: ObjectId | undefined
  readonly right: ObjectId | undefined
  /** It is what an identity has counted. */
  readonly isCount: boolean
  /** It lies in a text, not in a list. */
  readonly isText: boolean
  readonly content: Y.Item["content"]
}

/** The items that one update brings, as it brings them: what became of them later is not seen. */
export class NewItems {
  readonly #items: NewItem[] = []
  readonly #inside = new Map<ObjectId, NewItem[]>()
  /** By client: an update has but one run of each. */
  readonly #ranges = new Map<number, { readonly from: number; to: number }>()

  constructor(structs: readonly (Y.Item | Y.GC | Y.Skip)[], lookup: StructLookup) {
    for (const struct of structs) {
      if (struct instanceof Y.Skip) continue
      const { client, clock } = struct.id
      const range = this.#ranges.get(client)
      if (range === undefined) this.#ranges.set(client, { from: clock, to: clock + struct.length })
      else range.to = clock + struct.length
      const known = struct instanceof Y.Item ? lookup.itemAt(client, clock) : undefined
      if (known !== undefined) this.#add(describe(struct as Y.Item, known))
    }
  }

  /** Whether the update made this element. */
  has(client: number, clock: number): boolean {
    const range = this.#ranges.get(client)
    return range !== undefined && range.from <= clock && clock < range.to
  }

  /** Those that lie in what was there before, in the order of making. */
  outermost(): readonly NewItem[] {
    const made = new Set(this.#items.map(({ id }) => id))
    return this.#items.filter(({ container }) => !made.has(container))
  }

  /** What a key holds by it; no `value` if it was deleted again. */
  valueOf(item: NewItem): { value?: JsonValue } {
    const value = this.elementsOf(item)?.at(-1)
    return value === undefined ? {} : { value }
  }

  /** What it adds to a text; an embed is U+FFFC there. */
  textOf(item: NewItem): string {
    return (this.elementsOf(item) ?? []).map(asText).join("")
  }

  /** What it adds to a list or text: pieces of text, or values; `undefined` if nothing that counts. */
  elementsOf({ id, content }: NewItem, depth = 0): readonly JsonValue[] | undefined {
    if (content instanceof Y.ContentDeleted || !content.isCountable()) return undefined
    if (content instanceof Y.ContentString) return [content.str]
    if (content instanceof Y.ContentType) return [this.#read(id, content.type, depth + 1)]
    return content.getContent().map((value: unknown) => nativeValueToJson(value, depth))
  }

  /** Elements in the order of making, which is that of the list where a container was made at one go. */
  #read(id: ObjectId, type: unknown, depth: number): JsonValue {
    const kind = depth > maxNesting ? undefined : sharedKind(type)
    if (kind === undefined) return null
    const inside = this.#inside.get(id) ?? []
    const elements = (item: NewItem) => this.elementsOf(item, depth) ?? []
    if (kind === "text") return inside.flatMap(elements).map(asText).join("")
    if (kind === "list") return inside.flatMap(elements)
    const map: Record<string, JsonValue> = {}
    for (const item of inside)
      for (const value of elements(item).slice(-1)) addMember(map, item.key ?? "", value)
    return map
  }

  #add(item: NewItem): void {
    this.#items.push(item)
    const inside = this.#inside.get(item.container)
    if (inside === undefined) this.#inside.set(item.container, [item])
    else inside.push(item)
  }
}

/** As texts read here. */
function asText(part: JsonValue): string {
  return typeof part === "string" ? part : objectReplacement
}

function describe(struct: Y.Item, known: Y.Item): NewItem {
  const { client, clock } = struct.id
  const { origin, rightOrigin } = struct
  return {
    id: idOf(client, clock),
    last: idOf(client, clock + struct.length - 1),
    container: containerOf(known),
    key: known.parentSub,
    isCount: sharedKind(known.parent) === "counter",
    isText: known.parent instanceof Y.Text,
    left: origin === null ? undefined : idOf(origin.client, origin.clock),
    right: rightOrigin === null ? undefined : idOf(rightOrigin.client, rightOrigin.clock),
    content: struct.content
  }
}
