import type { Path } from "../document/json.ts"
import type { Content, Operation } from "../document/operation.ts"
import type { EngineDocument } from "../engine/engine.ts"
import { containersOf, type ModelNode, performOnModel, readModel } from "./engine-model.ts"
import type { SeededRandom } from "./seeded-random.ts"

const keys = ["a", "b", "c", "__proto__", "constructor", "", "1", "\u{1f600}"]
const scalars = [null, true, false, 0, -1, 0.5, 2 ** 53, "", "x", "\u{1f600}", "__proto__"]
const words = ["", "a", "bc", "\u{1f600}", "d\ne", "\u0000", "\u{1f468}\u200d\u{1f469}"]

/** Operations and the model of what they leave. */
export interface RandomChange {
  readonly operations: readonly Operation[]
  readonly model: ModelNode
}

/** One to four valid operations anywhere in the document, each on what its predecessors left. */
export function randomChange(document: EngineDocument, random: SeededRandom): RandomChange {
  const model = readModel(document.value(), document.kindAt)
  const operations = Array.from({ length: 1 + random.integer(4) }, () => {
    const operation = randomOperation(model, document, random)
    performOnModel(model, operation)
    return operation
  })
  return { operations, model }
}

function randomOperation(model: ModelNode, document: EngineDocument, random: SeededRandom): Operation {
  const { path, node } = random.pick(containersOf(model))
  switch (node.kind) {
    case "text":
      return randomSplice(path, node.text, random)
    case "list": {
      const index = random.integer(node.items.length + 1)
      if (node.items.length > index && random.chance(0.4))
        return { op: "delete", path, index, count: 1 + random.integer(node.items.length - index) }
      const items = Array.from({ length: 1 + random.integer(2) }, () => randomContent(random, 2))
      return { op: "insert", path, index, items }
    }
    case "map": {
      if (path.join() === "meta" && random.chance(0.3)) return randomRegister([...path, "state"], random)
      const removable = [...node.entries.keys()].filter(key => keys.includes(key))
      if (removable.length > 0 && random.chance(0.3))
        return { op: "remove", path: [...path, random.pick(removable)] }
      if (random.chance(0.2)) return randomValues(path, random)
      return { op: "set", path: [...path, random.pick(keys)], content: randomContent(random, 2) }
    }
    case "counter":
      return random.chance(0.8)
        ? { op: "increment", path, by: random.integer(9) - 4 }
        : { op: "set", path, content: { kind: "register", value: random.integer(100) } }
    case "register":
      return { op: "set", path: ["a"], content: randomContent(random, 1) }
  }
}

function randomRegister(path: Path, random: SeededRandom): Operation {
  if (random.chance(0.3)) return { op: "remove", path }
  return { op: "set", path, content: { kind: "register", value: random.pick(["open", ...scalars]) } }
}

/** A key may come twice. */
function randomValues(path: Path, random: SeededRandom): Operation {
  const assigned = Array.from({ length: random.integer(5) }, () => random.pick(keys))
  return { op: "assign", path, keys: assigned, values: assigned.map(() => random.pick(scalars)) }
}

/** At code point boundaries, as engines refuse to cut a character. */
function randomSplice(path: Path, text: string, random: SeededRandom): Operation {
  const points = Array.from(text)
  const start = random.integer(points.length + 1)
  const removed = points.slice(start, start + random.integer(3)).join("")
  return {
    op: "splice",
    path,
    index: points.slice(0, start).join("").length,
    remove: removed.length,
    insert: random.pick(words)
  }
}

function randomContent(random: SeededRandom, depth: number): Content {
  const choice = depth === 0 ? 0 : random.integer(6)
  const many = (): unknown[] => Array.from({ length: random.integer(3) })
  if (choice === 1) return { kind: "text", text: random.pick(words) }
  if (choice === 2) return { kind: "list", items: many().map(() => randomContent(random, depth - 1)) }
  if (choice !== 3) return { kind: "register", value: random.pick(scalars) }
  return {
    kind: "map",
    entries: new Map(many().map(() => [random.pick(keys), randomContent(random, depth - 1)]))
  }
}
