import type { Path } from "../../document/json.ts"
import type { ContainerRef, Operation } from "../../document/operation.ts"
import type { PredefinedFields } from "../../document/predefined.ts"
import type { RegisterValue } from "../../document/shape.ts"
import { coreError } from "../../errors/core-error.ts"
import { checkText, contentToSlot, isPlain } from "./content-slot.ts"
import { CounterEdit } from "./counter-edit.ts"
import type { MapTarget } from "./container-target.ts"
import { type EditNode, isNode, type Slot } from "./edit-node.ts"
import { ListEdit } from "./list-edit.ts"
import { MapEdit } from "./map-edit.ts"
import { maxNesting } from "./max-nesting.ts"
import { openMember } from "./open-node.ts"
import { TextEdit } from "./text-edit.ts"

/** A checked change, ready to be written. */
export interface EditPlan {
  /** Predefined containers that must be there first. */
  readonly genesis: readonly ContainerRef[]
  /** Writes it; inside a transaction, once. */
  flush(): void
}

/**
 * Checks operations against the document as each finds it, and reduces them to their net effect. Reads only what they
 * name; changes nothing.
 *
 * @returns `undefined` when the net effect is none.
 * @throws SynclineError `path-invalid`, `value-unsupported`.
 */
export function planEdits(
  root: MapTarget,
  fields: PredefinedFields,
  operations: readonly Operation[]
): EditPlan | undefined {
  const node = new MapEdit(() => root, fields, openMember)
  for (const operation of operations) perform(node, operation)
  const genesis: ContainerRef[] = []
  if (!node.prepare(genesis)) return undefined
  return { genesis, flush: () => node.flush() }
}

function perform(root: MapEdit, operation: Operation): void {
  const { path } = operation
  switch (operation.op) {
    case "set": {
      const map = containerAt(root, operation, path.length - 1, MapEdit)
      return setKey(map, keyOf(operation), contentToSlot(operation.content, path), path)
    }
    case "assign": {
      const map = containerAt(root, operation, path.length, MapEdit)
      const { keys, values } = operation
      for (let at = 0; at < keys.length; at++) assignKey(map, keys[at] ?? "", values[at] ?? null, path)
      return
    }
    case "remove": {
      const map = containerAt(root, operation, path.length - 1, MapEdit)
      const key = keyOf(operation)
      if (map.holdsPredefined(key)) throw cannotRemove(path)
      if (map.child(key) === undefined) throw invalid(operation, "there is nothing to remove")
      return map.remove(key)
    }
    case "insert": {
      const list = containerAt(root, operation, path.length, ListEdit)
      mustBeIn(operation, operation.index, 0, list.length)
      const { index, items } = operation
      return list.splice(
        index,
        0,
        items.map((item, at) => contentToSlot(item, [...path, index + at]))
      )
    }
    case "delete": {
      const list = containerAt(root, operation, path.length, ListEdit)
      mustBeIn(operation, operation.index, operation.count, list.length)
      return list.splice(operation.index, operation.count, [])
    }
    case "splice": {
      const text = containerAt(root, operation, path.length, TextEdit)
      mustBeIn(operation, operation.index, operation.remove, text.length)
      return text.splice(operation.index, operation.remove, checkText(operation.insert, path))
    }
    case "increment":
      return containerAt(root, operation, path.length, CounterEdit).add(operation.by, path)
  }
}

/** Sets one of several keys of the map at a path. The path of the key is made only for those who ask where. */
function assignKey(map: MapEdit, key: string, value: RegisterValue, path: Path): void {
  if (path.length >= maxNesting || map.hasFields || !key.isWellFormed() || !isPlain(value)) {
    const at = [...path, key]
    setKey(map, checkText(key, at), contentToSlot({ kind: "register", value }, at), at)
  } else map.set(key, value)
}

function setKey(map: MapEdit, key: string, slot: Slot, path: Path): void {
  if (isNode(slot) && map.isRegister(key))
    throw invalid(
      { op: "set", path },
      "the collection declares a register there; assign null, a boolean, a number or a string"
    )
  if (!map.holdsPredefined(key)) return map.set(key, slot)
  if (map.fillPredefined(key, slot, path)) return
  throw invalid(
    { op: "set", path },
    `the collection declares a ${kindName(map.child(key))} there; ${remedyFor(map.child(key))}`
  )
}

/** Why a container that a collection declares stays. */
export function cannotRemove(path: Path): Error {
  return invalid(
    { op: "remove", path },
    "the container there is predefined by the collection's shape; empty it instead, or count it back to zero"
  )
}

function remedyFor(node: EditNode | "register" | undefined): string {
  if (node instanceof CounterEdit) return "assign a number, or count in steps"
  return "assign one, with all the fields it declares, or change what is in it"
}

function kindName(node: EditNode | "register" | undefined): string {
  return node === undefined || node === "register" ? "container" : node.kind
}

function keyOf(operation: Operation): string {
  const key = operation.path.at(-1)
  if (typeof key === "string") return checkText(key, operation.path)
  throw invalid(operation, "the path does not end in a map key")
}

/** The container that so many first steps of an operation's path lead to. */
function containerAt<T extends EditNode>(
  root: MapEdit,
  operation: Operation,
  steps: number,
  type: abstract new (...args: never[]) => T
): T {
  const { path } = operation
  if (steps > maxNesting) throw invalid(operation, `it is nested more than ${maxNesting} deep`)
  let node: EditNode = root
  for (let depth = 0; depth < steps; depth++) {
    const next = node.child(path[depth] ?? "")
    if (next === undefined || next === "register")
      throw invalid(
        operation,
        `there is ${next === undefined ? "nothing" : "a plain value"} at ${JSON.stringify(path.slice(0, depth + 1))}, ` +
          "where a container is needed; declare it in the collection's fields, or assign one first"
      )
    node = next
  }
  if (node instanceof type) return node
  throw invalid(
    operation,
    `there is a ${node.kind} at ${JSON.stringify(path.slice(0, steps))}, which does not take it`
  )
}

function mustBeIn(operation: Operation, index: number, count: number, length: number): void {
  const whole = Number.isInteger(index) && Number.isInteger(count) && index >= 0 && count >= 0
  if (whole && index + count <= length) return
  const what = count === 0 ? `position ${index} is` : `${count} at position ${index} are`
  throw invalid(operation, `${what} outside; the length is ${length}`)
}

function invalid(operation: Pick<Operation, "op" | "path">, why: string): Error {
  const { op, path } = operation
  return coreError("path-invalid", `cannot ${op} at ${JSON.stringify(path)}: ${why}`, {
    details: { op, path }
  })
}
