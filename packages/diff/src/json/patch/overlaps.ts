import { argumentError } from "../../argument/argument-error.ts"
import { checkList, checkText } from "../../argument/check-argument.ts"
import { checkChoice } from "../../argument/check-choice.ts"
import { parsePointer } from "../pointer/json-pointer.ts"
import { GapIndex } from "./gap-index.ts"
import type { PatchTouch } from "./patch-touch.ts"
import { WrittenRuns } from "./written-runs.ts"

/**
 * Whether what two patches touch, both in terms of the same document, has anything in common that one of them writes: the same
 * value or one around the other, or insertions between the same two elements
 * that stay. If not, `rebasePatch` can carry either over
 * the other (given the document if both were), and both orders meet. If so it may still be able to, where one only edits
 * inside of what the other moves.
 *
 * Linear in both, but for sorting insertions into the same array.
 */
export function overlaps(a: readonly PatchTouch[], b: readonly PatchTouch[]): boolean {
  checkTouches("a", a)
  checkTouches("b", b)
  // Insertions with nothing between them but what either patch takes out are at one place in the end.
  const written = new WrittenRuns([...a, ...b])
  const root = emptyNode()
  for (const touch of a) enter(root, touch, written)
  return b.some(touch => meets(root, touch, written))
}

function checkTouches(name: string, touches: unknown): void {
  checkList(name, touches)
  for (const touch of touches) {
    const { access, path, after, before } = (touch ?? {}) as Readonly<Record<string, unknown>>
    checkChoice(`access in ${name}`, access, ["read", "write", "insert"])
    checkText(`path in ${name}`, path)
    if (access === "insert" && !(Number.isSafeInteger(after) && Number.isSafeInteger(before)))
      throw argumentError(`an insertion in ${name}`, touch, "between two indices, after and before")
  }
}

/** A place in the document with what `a` touches there and further in. */
interface Node {
  readonly children: Map<string, Node>
  readonly gaps: GapIndex
  /** Whether the value here is read, or written, as a whole. */
  read: boolean
  written: boolean
  /** Whether anything here or inside is touched at all, or written or inserted. */
  touchedInside: boolean
  writtenInside: boolean
}

function emptyNode(): Node {
  return {
    children: new Map(),
    gaps: new GapIndex(),
    read: false,
    written: false,
    touchedInside: false,
    writtenInside: false
  }
}

function enter(root: Node, touch: PatchTouch, written: WrittenRuns): void {
  let node = root
  mark(node, touch)
  for (const token of parsePointer(touch.path)) {
    let child = node.children.get(token)
    if (child === undefined) {
      child = emptyNode()
      node.children.set(token, child)
    }
    node = child
    mark(node, touch)
  }
  if (touch.access === "insert") node.gaps.add(written.widened(touch))
  else if (touch.access === "read") node.read = true
  else node.written = true
}

function mark(node: Node, touch: PatchTouch): void {
  node.touchedInside = true
  if (touch.access !== "read") node.writtenInside = true
}

function meets(root: Node, touch: PatchTouch, written: WrittenRuns): boolean {
  let node: Node | undefined = root
  for (const token of parsePointer(touch.path)) {
    if (isCovered(node, touch)) return true
    node = node.children.get(token)
    if (node === undefined) return false
  }
  if (isCovered(node, touch)) return true
  if (touch.access !== "insert") return touch.access === "read" ? node.writtenInside : node.touchedInside
  return node.gaps.meets(written.widened(touch))
}

/** Whether the value here, which the touched place is part of, is touched as a whole. */
function isCovered(node: Node, touch: PatchTouch): boolean {
  return node.written || (node.read && touch.access !== "read")
}
