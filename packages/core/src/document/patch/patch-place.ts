import { parsePointer } from "@syncline/diff/json"
import { coreError } from "../../errors/core-error.ts"
import { assignIndex, assignKey, removeKey, spliceList } from "../draft/assign.ts"
import { isNode, type ListNode, type MapNode, type Member } from "../draft/draft-node.ts"
import { memberOfList, memberOfMap } from "../draft/members.ts"
import type { Recorder } from "../draft/recorder.ts"

/** Where a container may have something: the key or index that a pointer ends in. The root is in none. */
type Slot =
  | { readonly node: MapNode; readonly key: string }
  | { readonly node: ListNode; readonly key: string; readonly index: number | undefined }

/** What a JSON Pointer names in a document under edit. */
export class PatchPlace {
  readonly #recorder: Recorder
  /** Absent for the root. */
  readonly #slot: Slot | undefined

  private constructor(recorder: Recorder, slot: Slot | undefined) {
    this.#recorder = recorder
    this.#slot = slot
  }

  /**
   * The place that a member of an operation points to. All but its last step must be there.
   *
   * @throws SynclineError `patch-invalid`, `json-pointer-invalid`
   */
  static of(
    recorder: Recorder,
    operation: Partial<Record<"path" | "from", unknown>> | null | undefined,
    name: "path" | "from"
  ): PatchPlace {
    const pointer = operation?.[name]
    if (typeof pointer !== "string") throw patchError(`its "${name}" is no JSON Pointer`)
    const steps = parsePointer(pointer)
    const last = steps.pop()
    if (last === undefined) return new PatchPlace(recorder, undefined)
    let at: MapNode | ListNode = recorder.root
    for (const step of steps) {
      const member = new PatchPlace(recorder, slotIn(at, step)).member()
      if (!isNode(member) || (member.kind !== "map" && member.kind !== "list"))
        throw holdsNothing(member, step)
      at = member
    }
    return new PatchPlace(recorder, slotIn(at, last))
  }

  /** What is there. @throws SynclineError `patch-invalid` where nothing is */
  member(): Member {
    const slot = this.#slot
    if (slot === undefined) return this.#recorder.root
    const member = isList(slot)
      ? slot.index === undefined
        ? undefined
        : memberOfList(this.#recorder, slot.node, slot.index)
      : memberOfMap(this.#recorder, slot.node, slot.key)
    if (member === undefined) throw patchError(`there is nothing at "${slot.key}"`)
    return member
  }

  /** Sets a key, or inserts before an element or at the end. */
  add(member: Member): void {
    const slot = this.#slot
    if (slot === undefined || !isList(slot)) return this.#set(member)
    const { node, key } = slot
    const index = key === "-" ? node.items.length : slot.index
    if (index === undefined || index > node.items.length) throw outside(slot)
    spliceList(this.#recorder, node, index, 0, [member])
  }

  /** Puts something in the place of what is there, from inside where that is possible. */
  replace(member: Member): void {
    this.member()
    const slot = this.#slot
    if (slot === undefined || !isList(slot)) return this.#set(member)
    assignIndex(this.#recorder, slot.node, slot.index ?? 0, member)
  }

  remove(): void {
    this.member()
    const slot = this.#slot
    if (slot === undefined) throw patchError("a document cannot be removed by a patch; delete it")
    if (isList(slot)) spliceList(this.#recorder, slot.node, slot.index ?? 0, 1, [])
    else removeKey(this.#recorder, slot.node, slot.key)
  }

  #set(member: Member): void {
    const slot = this.#slot
    if (slot !== undefined) return assignKey(this.#recorder, slot.node as MapNode, slot.key, member)
    if (!isNode(member) || member.kind !== "map") throw patchError("a document is an object")
    const { root } = this.#recorder
    for (const key of root.keys()) if (!member.has(key)) removeKey(this.#recorder, root, key)
    for (const key of member.keys()) assignKey(this.#recorder, root, key, member.get(key) ?? null)
  }
}

/** What is wrong with one operation; `patchStage` adds which. */
export function patchError(why: string): Error {
  return coreError("patch-invalid", why)
}

function isList(slot: Slot): slot is Extract<Slot, { readonly index: unknown }> {
  return "index" in slot
}

function slotIn(node: MapNode | ListNode, key: string): Slot {
  if (node.kind === "map") return { node, key }
  // RFC 6901: digits without a leading zero.
  const index = /^(0|[1-9]\d*)$/.test(key) ? Number(key) : undefined
  if (index === undefined && key !== "-") throw patchError(`"${key}" is no index of a list`)
  return { node, key, index }
}

function outside({ key, node }: Extract<Slot, { readonly index: unknown }>): Error {
  return patchError(`index ${key} is outside a list of ${node.kind === "list" ? node.items.length : 0}`)
}

function holdsNothing(member: Member, step: string): Error {
  const isOpaque = typeof member === "object" && member !== null && !isNode(member)
  return patchError(
    isOpaque
      ? `what is at "${step}" was set natively as one value, which is replaced whole`
      : `what is at "${step}" has no members`
  )
}
