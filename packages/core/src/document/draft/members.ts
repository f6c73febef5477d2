import type { JsonValue, Path } from "../json.ts"
import type { Content, KindReader } from "../operation.ts"
import {
  CounterNode,
  type DraftNode,
  isNode,
  ListNode,
  MapNode,
  type Member,
  TextNode
} from "./draft-node.ts"
import type { Recorder } from "./recorder.ts"

/** What a map key holds, opened for editing if it is a container; `undefined` for nothing. */
export function memberOfMap(recorder: Recorder, map: MapNode, key: string): Member | undefined {
  const member = map.get(key)
  if (member === undefined || isNode(member) || map.origin === undefined || !mayBeContainer(member))
    return member
  const kind = recorder.kindIn(map, key)
  const node = kind === "register" ? undefined : makeNode(recorder, kind, member, [...map.origin, key])
  if (node === undefined) return member
  map.put(key, node)
  return node
}

/** What a list index holds, opened for editing if it is a container; `undefined` outside the list. */
export function memberOfList(recorder: Recorder, list: ListNode, index: number): Member | undefined {
  const member = list.at(index)
  if (member === undefined || isNode(member)) return member
  // Counters are declared, and what is in a list is not.
  if (typeof member === "number" || !mayBeContainer(member)) return member
  const old = list.originOf(index)
  if (list.origin === undefined || old < 0) return member
  const origin = [...list.origin, old]
  const node = makeNode(recorder, recorder.kindAt(origin), member, origin)
  if (node === undefined) return member
  list.open(index, node)
  return node
}

/** The members of a map, opened. */
export function* membersOfMap(recorder: Recorder, map: MapNode): Iterable<[string, Member]> {
  for (const key of map.keys()) {
    const member = memberOfMap(recorder, map, key)
    if (member !== undefined) yield [key, member]
  }
}

/** The members of a list or a stretch of it, opened. */
export function membersOfList(
  recorder: Recorder,
  list: ListNode,
  start = 0,
  count: number = list.length
): Member[] {
  return Array.from({ length: count }, (_, at) => memberOfList(recorder, list, start + at) ?? null)
}

/** The value of a member as JSON. What was never opened is the document's own frozen object. */
export function memberToJson(member: Member): JsonValue {
  if (!isNode(member)) return member
  switch (member.kind) {
    case "text":
      return member.text
    case "counter":
      return member.value
    case "list":
      return member.items.map(memberToJson)
    case "map":
      // From entries, as an assignment to `__proto__` would set the prototype.
      return Object.fromEntries(member.keys().map(key => [key, memberToJson(member.get(key) ?? null)]))
  }
}

/** The member as content of an operation. Only for members that an edit made, which are nodes and scalars throughout. */
export function memberToContent(member: Member): Content {
  if (!isNode(member)) return { kind: "register", value: member as null | boolean | number | string }
  switch (member.kind) {
    case "text":
      return { kind: "text", text: member.text }
    case "counter":
      return { kind: "register", value: member.value }
    case "list":
      return { kind: "list", items: member.items.map(memberToContent) }
    case "map": {
      const entries = new Map<string, Content>()
      member.forEachFresh((key, each) => entries.set(key, memberToContent(each)))
      return { kind: "map", entries }
    }
  }
}

/** Texts are strings and counters numbers, and nothing but the document knows which. */
function mayBeContainer(value: JsonValue): boolean {
  return value !== null && typeof value !== "boolean"
}

function makeNode(
  recorder: Recorder,
  kind: ReturnType<KindReader>,
  value: JsonValue,
  origin: Path
): DraftNode | undefined {
  if (kind === "text" && typeof value === "string") return new TextNode(value, origin)
  if (kind === "list" && Array.isArray(value)) return new ListNode(value as readonly JsonValue[], origin)
  if (kind === "counter" && typeof value === "number") return new CounterNode(value, origin)
  if (kind !== "map" || typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  return new MapNode(value as { readonly [key: string]: JsonValue }, origin, recorder.fieldsAt(origin))
}
