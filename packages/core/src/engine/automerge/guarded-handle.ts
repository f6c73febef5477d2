import { coreError } from "../../errors/core-error.ts"
import type { Handle } from "./automerge-handle.ts"
import { maxOperations } from "./chunk-columns.ts"

/** What writes, or lets go of the document. All of the class of Automerge 3.5, also what its declarations leave out. */
const writers = [
  ...["put", "putObject", "putObjectFromHydrate", "insert", "insertObject", "insertObjectFromHydrate"],
  ...["push", "pushObject", "delete", "increment", "splice", "spliceFromHydrate", "initRootFromHydrate"],
  ...["mark", "unmark", "splitBlock", "joinBlock", "updateBlock", "updateSpans", "updateText"],
  ...["emptyChange", "applyChanges", "applyAndReturnPatches", "loadIncremental", "merge"],
  ...["receiveSyncMessage", "addCommits", "addFragments", "isolate", "integrate", "setAuthor", "free"]
]

/** Of these, what makes an operation for each character of a text it is given. */
const textWriters: ReadonlySet<string> = new Set(["splice", "putObject", "insertObject", "pushObject"])

/** For each class of handles (there is one) the one derived from it. */
const guardedPrototypes = new WeakMap<object, object>()

/** Whose writing is going on: everything here is synchronous. */
let writing: Handle | undefined

/**
 * Makes a handle writable in {@link whileWriting} only. Whoever has `native.doc()`, or keeps the draft of a change, could
 * write at any time; Automerge would put that into a change which is in no commit, and which all later ones depend on.
 */
export function guardHandle(handle: Handle): Handle {
  const plain = Object.getPrototypeOf(handle) as object
  let guarded = guardedPrototypes.get(plain)
  if (guarded === undefined) guardedPrototypes.set(plain, (guarded = guardedPrototype(plain)))
  return Object.setPrototypeOf(handle, guarded) as Handle
}

/** Runs a body during which a guarded handle, and no other, may be written to. */
export function whileWriting<T>(handle: Handle, body: () => T): T {
  const before = writing
  writing = handle
  try {
    return body()
  } finally {
    writing = before
  }
}

/**
 * Checks how many operations a change has.
 *
 * @throws SynclineError `value-unsupported`
 */
export function mustHaveFewOperations(count: number): void {
  if (count <= maxOperations) return
  throw coreError(
    "value-unsupported",
    `a change of ${count} operations is more than others take (${maxOperations}; each character is one); make several`
  )
}

function guardedPrototype(plain: object): object {
  const guarded = Object.create(plain) as object
  for (const name of writers) {
    const method: unknown = Reflect.get(plain, name)
    if (typeof method !== "function") continue
    const makesText = textWriters.has(name)
    const value = function (this: Handle, ...parameters: unknown[]): unknown {
      if (writing !== this) throw notNow(name)
      const last = makesText ? parameters.at(-1) : undefined
      // Before they are there: to take a million back takes Automerge 3.5 ten times as long as to make them.
      if (typeof last === "string") mustHaveFewOperations(last.length)
      return Reflect.apply(method, this, parameters)
    }
    Object.defineProperty(guarded, name, { value })
  }
  return guarded
}

function notNow(name: string): Error {
  return coreError(
    "draft-invalid",
    `"${name}" on a document of a replica outside of native.change: write inside its callback, before it returns, or into a clone`
  )
}
