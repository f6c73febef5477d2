import { firstHole } from "../../argument/first-hole.ts"
import { diffError } from "../../error/diff-error.ts"
import type { EditedText } from "../../text/edited-text.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import type { ExtendedOperation, MoveOperation, SpliceOperation, TestOperation } from "../json-patch.ts"
import { unescapeToken } from "../pointer/json-pointer.ts"
import { type Container, copyContainer, isContainer, setMember } from "./container.ts"
import { OpenTexts } from "./open-texts.ts"
import { childOf, elementIndex, insertionIndex, missing, readAt } from "./read-at.ts"
import type { ValueCopier } from "./value-copier.ts"

/**
 * A document while operations change it: containers on the way to a change are copied, each once however many operations
 * follow, and everything else stays the original's. An operation that throws has changed nothing, but perhaps the order of
 * members.
 */
export class WorkingCopy {
  #root: unknown
  readonly #copier: ValueCopier
  /** The containers that are ours to change. */
  readonly #ours = new Set<object>()
  // Operations tend to come in runs within one container, and changing its children never moves it.
  #parent: Container | undefined
  #parentPath = ""
  readonly #texts = new OpenTexts()

  constructor(document: unknown, copier: ValueCopier) {
    this.#root = document
    this.#copier = copier
  }

  /** The document as the operations so far have left it. Valid until the next one. */
  get value(): unknown {
    if (this.#texts.size > 0) this.#writeBack(this.#texts.all())
    return this.#root
  }

  /** Applies one operation whose form has been checked. Throws what `applyPatch` documents, without the index. */
  apply(operation: ExtendedOperation): void {
    if (this.#texts.size > 0 && operation.op !== "splice") this.#writeBack(this.#texts.before(operation))
    switch (operation.op) {
      case "add":
        return this.put(operation.path, this.#copier.copy(operation.value))
      case "replace":
        return this.#replace(operation.path, this.#copier.copy(operation.value))
      case "remove":
        this.take(operation.path)
        return
      case "move":
        return this.#move(operation)
      case "copy":
        return this.put(operation.path, this.#copier.copy(readAt(this.#root, operation.from)))
      case "test":
        return this.#test(operation)
      case "splice":
        return this.#splice(operation)
    }
  }

  /** Adds a value without copying it: it becomes part of the document, and others must not change it. */
  put(path: string, value: unknown): void {
    if (path === "") return this.#setRoot(value)
    const parent = this.#parentOf(path)
    const token = lastToken(path)
    if (!Array.isArray(parent)) return setMember(parent, token, value)
    const index = insertionIndex(parent, token)
    this.#copier.shift(parent.length - index)
    if (index === parent.length) parent.push(value)
    else parent.splice(index, 0, value)
  }

  /** Removes and returns what is at `path`, which is not the root. */
  take(path: string): unknown {
    const parent = this.#parentOf(path)
    const token = lastToken(path)
    if (Array.isArray(parent)) {
      const index = elementIndex(parent, token)
      this.#copier.shift(parent.length - index - 1)
      return parent.splice(index, 1)[0]
    }
    const value = childOf(parent, token)
    delete parent[token]
    return value
  }

  #replace(path: string, value: unknown): void {
    if (path === "") return this.#setRoot(value)
    const parent = this.#parentOf(path)
    const token = lastToken(path)
    if (Array.isArray(parent)) parent[elementIndex(parent, token)] = value
    else if (Object.hasOwn(parent, token)) setMember(parent, token, value)
    else throw missing(token)
  }

  #move({ from, path }: MoveOperation): void {
    // The only move from the root there is, since nothing moves into itself.
    if (from === path) {
      readAt(this.#root, from)
      return
    }
    const value = this.take(from)
    try {
      this.put(path, value)
    } catch (error) {
      this.#putBack(from, value)
      throw error
    }
  }

  /** Undoes `take`. */
  #putBack(path: string, value: unknown): void {
    const parent = this.#parentOf(path)
    const token = lastToken(path)
    if (Array.isArray(parent)) parent.splice(Number(token), 0, value)
    else setMember(parent, token, value)
  }

  #test({ path, value }: TestOperation): void {
    if (deepEqualJson(readAt(this.#root, path), value)) return
    throw diffError(
      "json-patch-test-failed",
      "another value is there; was the patch made for another version?"
    )
  }

  #splice({ path, splices }: SpliceOperation): void {
    const text = this.#texts.get(path) ?? this.#openText(path)
    try {
      text.apply(splices)
    } catch (error) {
      throw diffError(
        "json-patch-splice-invalid",
        "the splices do not fit the text; was the patch made for another version?",
        {},
        error
      )
    }
  }

  #openText(path: string): EditedText {
    const text = readAt(this.#root, path)
    if (typeof text !== "string")
      throw diffError(
        "json-patch-splice-invalid",
        "what is there is no text; was the patch made for another version?"
      )
    // It will be written anew: a short patch must not do that to a long one for minutes.
    this.#copier.shift(text.length)
    this.#writeBack(this.#texts.inExcess())
    return this.#texts.open(path, text)
  }

  #writeBack(texts: readonly (readonly [string, EditedText])[]): void {
    for (const [path, text] of texts) this.#replace(path, text.finish())
  }

  #setRoot(value: unknown): void {
    this.#root = value
    this.#parent = undefined
  }

  /** The container that holds what `path`, which is not the root, leads to; ours to change. */
  #parentOf(path: string): Container {
    const end = path.lastIndexOf("/")
    const parentPath = path.slice(0, end)
    if (this.#parent === undefined || parentPath !== this.#parentPath) {
      this.#parent = this.#open(path, end)
      this.#parentPath = parentPath
    }
    return this.#parent
  }

  /** Walks to the container at the first `end` code units of `path`, copying what is not yet ours on the way. */
  #open(path: string, end: number): Container {
    let container = this.#own(this.#root, path)
    this.#root = container
    for (let start = 1; start <= end; ) {
      const next = path.indexOf("/", start)
      const token = unescapeToken(path.slice(start, next))
      container = this.#descend(container, token)
      start = next + 1
    }
    return container
  }

  #descend(container: Container, token: string): Container {
    if (Array.isArray(container)) {
      const index = elementIndex(container, token)
      const element = this.#own(container[index], token)
      container[index] = element
      return element
    }
    const member = this.#own(childOf(container, token), token)
    setMember(container, token, member)
    return member
  }

  #own(value: unknown, token: string): Container {
    if (typeof value === "object" && value !== null && this.#ours.has(value)) return value as Container
    if (!isContainer(value)) throw missing(token)
    if (Array.isArray(value) && firstHole(value) !== -1) {
      throw diffError(
        "json-patch-value-invalid",
        `the document holds an array of ${value.length} elements with holes; put null there`
      )
    }
    const copy = copyContainer(value)
    this.#ours.add(copy)
    return copy
  }
}

/** The unescaped name after the last slash. */
function lastToken(path: string): string {
  return unescapeToken(path.slice(path.lastIndexOf("/") + 1))
}
