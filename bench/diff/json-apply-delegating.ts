import type { JsonPatch, JsonPatchOperation } from "@syncline/diff/json"
import fastJsonPatch, { type Operation } from "fast-json-patch"

/**
 * The immutable apply that hands every operation to fast-json-patch: containers above a change are copied here, once each, then
 * its `applyOperation` with validation gets the copied parent and the last token. The least that a user can build on
 * it; no check of indices, own members or values besides its own.
 */
export function applyDelegating(document: unknown, patch: JsonPatch): unknown {
  const ours = new Set<object>()
  let state = document
  for (const operation of patch) {
    const places = "from" in operation ? [operation.from, operation.path] : [operation.path]
    for (const path of places) state = withOwnParents(state, path, ours)
    state = applyOne(state, operation)
  }
  return state
}

function applyOne(state: unknown, operation: JsonPatchOperation): unknown {
  // Whole documents to fast-json-patch where that is all there is to it, else the parent alone: it would walk and check
  // the path once more, and copies the document for every move.
  const { path } = operation
  if (path === "") return fastJsonPatch.applyOperation(state, copied(operation), true, true).newDocument
  switch (operation.op) {
    case "move": {
      const { removed } = onParent(state, operation.from, { op: "remove", path: operation.from })
      onParent(state, path, { op: "add", path, value: removed })
      return state
    }
    case "copy": {
      const value: unknown = fastJsonPatch.deepClone(fastJsonPatch.getValueByPointer(state, operation.from))
      onParent(state, path, { op: "add", path, value })
      return state
    }
    default:
      onParent(state, path, copied(operation))
      return state
  }
}

function onParent(state: unknown, path: string, operation: Operation): { readonly removed?: unknown } {
  const at = path.lastIndexOf("/")
  const parent: unknown = fastJsonPatch.getValueByPointer(state, path.slice(0, at))
  return fastJsonPatch.applyOperation(parent, { ...operation, path: path.slice(at) }, true, true)
}

function copied(operation: JsonPatchOperation): Operation {
  if (!("value" in operation)) return operation
  return { ...operation, value: fastJsonPatch.deepClone(operation.value) as unknown }
}

/** The document with every container above `path` copied, unless it was before. */
function withOwnParents(state: unknown, path: string, ours: Set<object>): unknown {
  const root = owned(state, ours)
  let container = root
  const tokens = path.split("/").slice(1, -1)
  for (const token of tokens) {
    const key = fastJsonPatch.unescapePathComponent(token)
    const child = owned(container[key], ours)
    container[key] = child
    container = child
  }
  return root
}

function owned(value: unknown, ours: Set<object>): Record<string, unknown> {
  if (ours.has(value as object)) return value as Record<string, unknown>
  const copy = (Array.isArray(value) ? value.slice() : { ...(value as object) }) as Record<string, unknown>
  ours.add(copy)
  return copy
}
