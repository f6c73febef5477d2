import { SynclineError } from "@syncline/clock"
import { deepEqualJson } from "../deep-equal-json.ts"
import type { ExtendedOperation } from "../json-patch.ts"
import { arrayIndex, isIndexLike } from "../pointer/array-index.ts"
import { parsePointer } from "../pointer/json-pointer.ts"
import { hasSource, isInside } from "./check-operation.ts"
import { type OpenWrite, OpenWrites } from "./open-writes.ts"
import type { ValueCopier } from "./value-copier.ts"
import { WorkingCopy } from "./working-copy.ts"

/**
 * Takes the operations of a patch one by one and keeps fewer that do the same. An operation is merged into an earlier one
 * only where that is right for every document: whether a number is an index or a name, or whether an `add` replaced
 * something, is not known here.
 */
export class Composer {
  readonly #copier: ValueCopier
  readonly #writes: OpenWrite[] = []
  readonly #open = new OpenWrites()

  constructor(copier: ValueCopier) {
    this.#copier = copier
  }

  /** What does the same as everything pushed. */
  finish(): ExtendedOperation[] {
    return this.#writes.map(({ operation, edited }) =>
      edited === undefined ? operation : ({ ...operation, value: edited.value } as ExtendedOperation)
    )
  }

  push(operation: ExtendedOperation): void {
    const tokens = parsePointer(operation.path)
    const found = this.#open.find(tokens)
    if (found !== undefined) {
      const merged =
        found.depth === tokens.length
          ? this.#mergeSame(found.write, operation, tokens)
          : this.#mergeInside(found.write, operation)
      if (merged) return
    }
    if (hasSource(operation)) this.#close(parsePointer(operation.from), operation.op === "move")
    this.#close(tokens, operation.op !== "test" && operation.op !== "replace" && operation.op !== "splice")
    this.#append(operation, tokens)
  }

  #append(operation: ExtendedOperation, tokens: readonly string[]): void {
    const write: OpenWrite = { at: this.#writes.length, operation, edited: undefined }
    this.#writes.push(write)
    const { op } = operation
    const last = tokens.at(-1)
    // In an array, "-" names no element afterwards.
    if ((op === "add" && last !== "-") || op === "replace" || op === "remove") this.#open.open(tokens, write)
  }

  /** Ends the writes that an operation at this place depends on, or whose paths it shifts. */
  #close(tokens: readonly string[], shifts: boolean): void {
    const last = tokens.at(-1)
    const inArray = shifts && last !== undefined && arrayIndex(last) !== -1
    this.#open.close(inArray ? tokens.slice(0, -1) : tokens)
  }

  /** Merges an operation at the very place of an open write. */
  #mergeSame(write: OpenWrite, operation: ExtendedOperation, tokens: readonly string[]): boolean {
    const last = tokens.at(-1)
    const isName = last === undefined || !isIndexLike(last)
    const { op } = write.operation
    switch (operation.op) {
      case "add":
        if (op !== "remove") return isName && this.#setValue(write, operation.value)
        if (!isName && !this.#isLast(write)) return false
        write.operation = { op: "replace", path: operation.path, value: operation.value }
        return true
      case "replace":
        return op !== "remove" && this.#setValue(write, operation.value)
      case "remove":
        if (op !== "replace" || !(isName || this.#isLast(write))) return false
        write.operation = { op: "remove", path: operation.path }
        write.edited = undefined
        if (!isName) {
          this.#close(tokens, true)
          this.#open.open(tokens, write)
        }
        return true
      case "test":
        return op !== "remove" && deepEqualJson(valueOf(write), operation.value)
      case "splice":
        return op !== "remove" && this.#edit(write, { ...operation, path: "" })
      case "move":
      case "copy":
        return false
    }
  }

  /** Merges an operation inside of what an open write put there, by doing it to that value. */
  #mergeInside(write: OpenWrite, operation: ExtendedOperation): boolean {
    const base = write.operation.path
    if (write.operation.op === "remove") return false
    if (!hasSource(operation))
      return this.#edit(write, { ...operation, path: operation.path.slice(base.length) })
    const { from } = operation
    if (!isInside(from, base) && !(from === base && operation.op === "copy")) return false
    return this.#edit(write, {
      ...operation,
      from: from.slice(base.length),
      path: operation.path.slice(base.length)
    })
  }

  #edit(write: OpenWrite, operation: ExtendedOperation): boolean {
    write.edited ??= new WorkingCopy(valueOf(write), this.#copier)
    try {
      write.edited.apply(operation)
      return true
    } catch (error) {
      // Nothing changed. Either it is a limit, or the patch fails here on every document and must go on doing so.
      if (error instanceof SynclineError) return false
      throw error
    }
  }

  #setValue(write: OpenWrite, value: unknown): boolean {
    write.operation = { ...write.operation, value } as ExtendedOperation
    write.edited = undefined
    return true
  }

  #isLast(write: OpenWrite): boolean {
    return write.at === this.#writes.length - 1
  }
}

function valueOf({ operation, edited }: OpenWrite): unknown {
  if (edited !== undefined) return edited.value
  return "value" in operation ? operation.value : undefined
}
