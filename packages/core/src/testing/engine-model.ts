import type { JsonValue, Path } from "../document/json.ts"
import type { Content, KindReader, Operation } from "../document/operation.ts"

/** What registers of the contract's shape show while they are not set, by path. */
const contractDefaults: ReadonlyMap<string, JsonValue> = new Map([["meta/state", "open"]])

/** A document as plain data that knows its kinds: what operations mean, said without any engine. */
export type ModelNode =
  | { readonly kind: "register"; readonly value: JsonValue }
  | { readonly kind: "map"; readonly entries: Map<string, ModelNode> }
  | { readonly kind: "list"; readonly items: ModelNode[] }
  | { readonly kind: "text"; text: string }
  | { readonly kind: "counter"; value: number }

/** Reads a document into a model. */
export function readModel(value: JsonValue, kindAt: KindReader, path: Path = []): ModelNode {
  const kind = kindAt(path)
  if (kind === "text") return { kind, text: typeof value === "string" ? value : "" }
  if (kind === "counter") return { kind, value: Number(value) }
  if (kind === "list")
    return {
      kind,
      items: (value as readonly JsonValue[]).map((item, at) => readModel(item, kindAt, [...path, at]))
    }
  if (kind !== "map") return { kind: "register", value }
  const entries = Object.entries(value as object).map(
    ([key, member]: [string, JsonValue]): [string, ModelNode] => [
      key,
      readModel(member, kindAt, [...path, key])
    ]
  )
  return { kind, entries: new Map(entries) }
}

/** The value of a model. */
export function modelValue(node: ModelNode): JsonValue {
  switch (node.kind) {
    case "register":
    case "counter":
      return node.value
    case "text":
      return node.text
    case "list":
      return node.items.map(modelValue)
    case "map":
      return Object.fromEntries([...node.entries].map(([key, member]) => [key, modelValue(member)]))
  }
}

/** Executes a valid operation. */
export function performOnModel(root: ModelNode, operation: Operation): void {
  const { path } = operation
  const key = String(path.at(-1))
  switch (operation.op) {
    case "set":
      return setOnModel(mapAt(root, path), key, operation.content)
    case "assign": {
      const { keys, values } = operation
      const map = mapAt(root, [...path, ""])
      for (const [at, each] of keys.entries())
        setOnModel(map, each, { kind: "register", value: values[at] ?? null })
      return
    }
    case "increment": {
      const node = nodeAt(root, path)
      if (node?.kind === "counter") node.value += operation.by
      return
    }
    case "remove": {
      const shown = contractDefaults.get(path.join("/"))
      const map = mapAt(root, path)
      return void (shown === undefined ? map.delete(key) : map.set(key, { kind: "register", value: shown }))
    }
    case "insert":
      return void listAt(root, path).splice(operation.index, 0, ...operation.items.map(contentNode))
    case "delete":
      return void listAt(root, path).splice(operation.index, operation.count)
    case "splice": {
      const node = nodeAt(root, path)
      const { index, remove, insert } = operation
      if (node?.kind === "text")
        node.text = node.text.slice(0, index) + insert + node.text.slice(index + remove)
    }
  }
}

function setOnModel(map: Map<string, ModelNode>, key: string, content: Content): void {
  const node = map.get(key)
  if (node?.kind === "counter" && content.kind === "register") node.value = Number(content.value)
  else map.set(key, contentNode(content))
}

/** Every container with its path, the root first. */
export function containersOf(
  node: ModelNode,
  path: Path = []
): { readonly path: Path; readonly node: ModelNode }[] {
  if (node.kind === "register") return []
  const inner =
    node.kind === "map"
      ? [...node.entries].flatMap(([key, member]) => containersOf(member, [...path, key]))
      : node.kind === "list"
        ? node.items.flatMap((item, at) => containersOf(item, [...path, at]))
        : []
  return [{ path, node }, ...inner]
}

function nodeAt(root: ModelNode, path: Path): ModelNode | undefined {
  let at: ModelNode | undefined = root
  for (const step of path)
    at =
      at?.kind === "map"
        ? at.entries.get(String(step))
        : at?.kind === "list"
          ? at.items[Number(step)]
          : undefined
  return at
}

function mapAt(root: ModelNode, path: Path): Map<string, ModelNode> {
  const node = nodeAt(root, path.slice(0, -1))
  return node?.kind === "map" ? node.entries : new Map<string, ModelNode>()
}

function listAt(root: ModelNode, path: Path): ModelNode[] {
  const node = nodeAt(root, path)
  return node?.kind === "list" ? node.items : []
}

function contentNode(content: Content): ModelNode {
  switch (content.kind) {
    case "register":
      return content
    case "text":
      return { kind: "text", text: content.text }
    case "list":
      return { kind: "list", items: content.items.map(contentNode) }
    case "map":
      return {
        kind: "map",
        entries: new Map([...content.entries].map(([key, entry]) => [key, contentNode(entry)]))
      }
  }
}
