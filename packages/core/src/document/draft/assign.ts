import { diffList } from "@syncline/diff"
import { diffText } from "@syncline/diff/text"
import type { JsonValue } from "../json.ts"
import { stepTo } from "../count.ts"
import type { RegisterValue } from "../shape.ts"
import {
  type CounterNode,
  type DraftNode,
  isNode,
  type ListNode,
  type MapNode,
  type Member,
  type TextNode
} from "./draft-node.ts"
import { memberOfList, memberOfMap, memberToContent, memberToJson } from "./members.ts"
import type { Recorder } from "./recorder.ts"

/** Assigns to a map key: containers of one kind merge, equal scalars do nothing, all else replaces. */
export function assignKey(recorder: Recorder, map: MapNode, key: string, member: Member): void {
  if (typeof member !== "object" || member === null) assignValue(recorder, map, key, member)
  else assignContainer(recorder, map, key, member)
}

function assignContainer(recorder: Recorder, map: MapNode, key: string, member: Member): void {
  const renewed = anew(recorder, map.get(key), member)
  if (renewed !== undefined) map.put(key, renewed)
  const current = renewed ?? memberOfMap(recorder, map, key)
  if (current !== undefined && merge(recorder, current, member)) return
  const content = memberToContent(member)
  map.put(key, member)
  recorder.record(map, path => ({ op: "set", path: [...path, key], content }))
}

function assignValue(recorder: Recorder, map: MapNode, key: string, value: RegisterValue): void {
  const current = memberOfMap(recorder, map, key)
  if (isNode(current)) {
    if (merge(recorder, current, value)) return
    map.put(key, value)
  } else {
    if (current === value) return
    map.putValue(key, value)
  }
  recorder.recordValue(map, key, value)
}

/** Removes a map key, if there is anything. */
export function removeKey(recorder: Recorder, map: MapNode, key: string): void {
  if (!map.has(key)) return
  map.put(key, undefined)
  recorder.record(map, path => ({ op: "remove", path: [...path, key] }))
}

/** Assigns to a list index below the length; as for map keys. */
export function assignIndex(recorder: Recorder, list: ListNode, index: number, member: Member): void {
  const renewed = anew(recorder, list.at(index), member)
  if (renewed !== undefined) list.renew(index, renewed)
  const current = renewed ?? memberOfList(recorder, list, index)
  if (current !== undefined && merge(recorder, current, member)) return
  spliceList(recorder, list, index, 1, [member])
}

/** Replaces a stretch of a list inside its bounds. Returns what was there. */
export function spliceList(
  recorder: Recorder,
  list: ListNode,
  index: number,
  remove: number,
  members: readonly Member[]
): Member[] {
  const items = members.map(memberToContent)
  if (remove > 0) recorder.record(list, path => ({ op: "delete", path, index, count: remove }))
  if (items.length > 0) recorder.record(list, path => ({ op: "insert", path, index, items }))
  return list.splice(index, remove, members)
}

/** Replaces a stretch of a text. */
export function spliceText(
  recorder: Recorder,
  node: TextNode,
  index: number,
  remove: number,
  insert: string
): void {
  if (remove === 0 && insert === "") return
  node.splice({ index, remove, insert })
  recorder.record(node, path => ({ op: "splice", path, index, remove, insert }))
}

/**
 * The container that something is merged into, where a draft of it may be in somebody's hands: an assignment leaves that as
 * it was, as with plain objects, so that `[list[0], list[1]] = [list[1], list[0]]` exchanges the two. What is assigned to
 * itself goes on being itself.
 */
function anew(
  recorder: Recorder,
  current: Member | undefined,
  member: Member
): MapNode | ListNode | undefined {
  if (!isNode(current) || !isNode(member) || member.replaces || member.source === current) return undefined
  if (current.kind !== member.kind || (current.kind !== "map" && current.kind !== "list")) return undefined
  recorder.endRun()
  return current.renewed()
}

/** Makes `current` equal to `member` from inside where that is possible; false where it has to be replaced. */
function merge(recorder: Recorder, current: Member, member: Member): boolean {
  if (!isNode(current))
    return !isNode(member) && Object.is(current, typeof member === "number" ? member + 0 : member)
  if (current.kind === "counter") return typeof member === "number" && count(recorder, current, member)
  if (!isNode(member))
    return current.kind === "text" && typeof member === "string" && mergeText(recorder, current, member)
  return !member.replaces && mergeNodes(recorder, current, member)
}

function mergeNodes(recorder: Recorder, current: DraftNode, member: DraftNode): boolean {
  if (current.kind === "text") return member.kind === "text" && mergeText(recorder, current, member.text)
  if (current.kind === "list") return member.kind === "list" && mergeList(recorder, current, member)
  if (current.kind !== "map" || member.kind !== "map") return false
  for (const key of current.keys()) if (!member.has(key)) removeKey(recorder, current, key)
  for (const key of member.keys()) assignKey(recorder, current, key, member.get(key) ?? null)
  return true
}

/** Records the step from what it is to what it is to be. */
function count(recorder: Recorder, counter: CounterNode, value: number): boolean {
  if (value === counter.value) return true
  recorder.record(counter, path => ({ op: "increment", path, by: stepTo(counter.value, value, path) }))
  counter.value = value
  return true
}

function mergeText(recorder: Recorder, current: TextNode, text: string): boolean {
  for (const { index, remove, insert } of diffText(current.text, text))
    spliceText(recorder, current, index, remove, insert)
  return true
}

function mergeList(recorder: Recorder, current: ListNode, member: ListNode): boolean {
  const after = member.items
  const runs = diffList(current.items.map(memberToJson), after.map(memberToJson))
  let at = 0
  for (const [position, run] of runs.entries()) {
    if (run.kind === "copy") at += run.count
    if (run.kind === "insert") {
      const before = runs[position - 1]
      const members = after.slice(run.after, run.after + run.count)
      at += replaceRun(recorder, current, at, before?.kind === "delete" ? before.count : 0, members)
    }
    if (run.kind === "delete" && runs[position + 1]?.kind !== "insert")
      spliceList(recorder, current, at, run.count, [])
  }
  return true
}

/**
 * Puts members in the place of `removed` items. Where both are as many, the list was probably mapped to a changed copy,
 * so each is taken for a new state of the item in its place, unless their `id`s say otherwise.
 *
 * @returns the position after the members.
 */
function replaceRun(
  recorder: Recorder,
  list: ListNode,
  at: number,
  removed: number,
  members: readonly Member[]
): number {
  if (removed !== members.length) spliceList(recorder, list, at, removed, members)
  else
    for (const [offset, member] of members.entries()) {
      if (sameId(memberToJson(list.at(at + offset) ?? null), memberToJson(member)))
        assignIndex(recorder, list, at + offset, member)
      else spliceList(recorder, list, at + offset, 1, [member])
    }
  return members.length
}

function sameId(a: JsonValue, b: JsonValue): boolean {
  return idOf(a) === idOf(b)
}

function idOf(value: JsonValue): JsonValue | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value)
  return isMap && Object.hasOwn(value, "id") ? (value as { readonly id: JsonValue }).id : undefined
}
