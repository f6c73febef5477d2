import type { Engine, EngineChange, EngineDocument } from "../engine/engine.ts"
import type { Content, Operation } from "../document/operation.ts"
import type { Path } from "../document/json.ts"
import type { Shape } from "../document/shape.ts"
import { isSynclineError } from "@syncline/clock"
import { ContractViolation } from "./contract-assert.ts"
import { SeededRandom } from "./seeded-random.ts"

/** One rule of the engine contract. */
export interface EngineCase {
  readonly title: string
  readonly check: (engine: Engine) => void
}

/** Every kind, nested. */
export const contractShape: Shape = {
  kind: "map",
  fields: {
    body: { kind: "text" },
    tags: { kind: "list" },
    votes: { kind: "counter" },
    meta: {
      kind: "map",
      fields: {
        note: { kind: "text" },
        state: { kind: "register", default: "open" },
        deep: { kind: "map", fields: { hits: { kind: "counter" }, log: { kind: "list" } } }
      }
    }
  }
}

let identities = 0

/** A document of {@link contractShape} under an identity of its own. */
export function openDocument(
  engine: Engine,
  snapshot?: Uint8Array,
  shape: Shape = contractShape
): EngineDocument {
  const identity = engine.createIdentity(new SeededRandom(++identities))
  return engine.open(snapshot === undefined ? { shape, identity } : { shape, identity, snapshot })
}

/** Executes operations that must change something. */
export function mustChange(document: EngineDocument, ...operations: Operation[]): EngineChange {
  const change = document.change(operations)
  if (change === undefined) throw new ContractViolation("the operations changed nothing")
  return change
}

/** Brings changes of others into a document, as a replica does. */
export function receive(document: EngineDocument, ...changes: readonly EngineChange[]): readonly Path[] {
  document.ensureGenesis(changes.flatMap(change => change.containers))
  return document.apply(changes.map(change => change.update))
}

/** Fails unless the call throws a `SynclineError` with one of these codes. */
export function mustThrow(call: () => unknown, codes: readonly string[], what: string): void {
  try {
    call()
  } catch (error) {
    if (codes.some(code => isSynclineError(error, code))) return
    throw new ContractViolation(`${what}: threw ${String(error)} instead of ${codes.join(" or ")}`, {
      cause: error
    })
  }
  throw new ContractViolation(`${what}: did not throw ${codes.join(" or ")}`)
}

/** The code of the `SynclineError` a call throws; `undefined` if it throws none. */
export function codeThrownBy(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    return isSynclineError(error) ? error.code : undefined
  }
}

/** A scalar as content. */
export function scalar(value: null | boolean | number | string): Content {
  return { kind: "register", value }
}

/** Sets a map key to a scalar. */
export function setTo(path: Path, value: null | boolean | number | string): Operation {
  return { op: "set", path, content: scalar(value) }
}

/** Sets keys of a map to scalars. */
export function assign(
  path: Path,
  ...members: readonly (readonly [key: string, value: null | boolean | number | string])[]
): Operation {
  return { op: "assign", path, keys: members.map(([key]) => key), values: members.map(([, value]) => value) }
}

/** Adds to a counter. */
export function count(path: Path, by: number): Operation {
  return { op: "increment", path, by }
}

/** Replaces a stretch of a text. */
export function spliceAt(path: Path, index: number, remove: number, insert: string): Operation {
  return { op: "splice", path, index, remove, insert }
}

/** Inserts scalars into a list. */
export function insertAt(
  path: Path,
  index: number,
  ...values: (null | boolean | number | string)[]
): Operation {
  return { op: "insert", path, index, items: values.map(scalar) }
}
