import { firstHole } from "../../argument/first-hole.ts"
import { deepEqualJson } from "../deep-equal-json.ts"
import { isPlainObject } from "../plain-object.ts"
import { alignByPosition, alignWindow, trimArrays } from "./align-arrays.ts"
import { type Alignment, CHANGED } from "./alignment.ts"
import type { DiffContext } from "./diff-context.ts"
import { elementKeys } from "./element-keys.ts"
import { measureJson, refuseKey, refuseValue } from "./measure-json.ts"
import { isOddName } from "./odd-name.ts"
import { type PatchWriter, pointerTo, REPLACE_BYTES, spliceBytes } from "./patch-writer.ts"
import { isJsonScalar } from "./same-json.ts"
import { splicesOnBudget } from "./text-diff.ts"
import { writeArrayScript } from "./write-array-script.ts"
import { writeNewMembers } from "./write-new-members.ts"

type Members = Readonly<Record<string, unknown>>

// Of `"k":1,` and of `1,`: no member and no element is shorter.
const MEMBER_BYTES = 6
const ELEMENT_BYTES = 2

// What nests deeper than this is replaced as a whole: recursion has to end before the stack does.
const MAX_DEPTH = 200

/** Walks two values side by side and writes down what turns one into the other. */
export class JsonDiffer {
  readonly #context: DiffContext
  readonly #writer: PatchWriter
  /** No less than these bytes of the new value were walked over, and stay. */
  #keptBytes = 0

  constructor(context: DiffContext) {
    this.#context = context
    this.#writer = context.writer
  }

  /** Writes the operations that turn `a`, at the path the writer is at, into `b`. */
  diff(a: unknown, b: unknown): void {
    if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
      if (a !== b) this.#diffContainers(a, b)
    } else if (a === b) {
      if (!isJsonScalar(a)) refuseValue(a, this.#writer.pointer())
    } else if (typeof a === "string" && typeof b === "string") {
      this.#diffTexts(a, b, this.#writer.pointer())
    } else {
      this.#replace(a, b)
    }
  }

  #diffContainers(a: object, b: object): void {
    const writer = this.#writer
    const count = writer.operations.length
    const bytes = writer.bytes
    const kept = this.#keptBytes
    if (writer.depth >= MAX_DEPTH) {
      if (!deepEqualJson(a, b)) this.#replace(a, b)
    } else if (Array.isArray(a)) {
      if (Array.isArray(b)) this.#diffArrays(a, b)
      else this.#replace(a, b)
    } else if (!Array.isArray(b) && isPlainObject(a) && isPlainObject(b)) {
      this.#diffMembers(a, b)
    } else {
      this.#replace(a, b)
    }
    if (writer.operations.length > count + 1) this.#settle(count, bytes, b, this.#keptBytes - kept)
  }

  #diffMembers(a: Members, b: Members): void {
    const keys = Object.keys(a)
    const others = Object.keys(b)
    let gone: string[] | undefined
    let come: string[] | undefined
    let next = 0
    for (const key of keys) {
      // Members mostly come in the same order on both sides; then no search is needed to know that `b` has one.
      while (key !== others[next] && next < others.length && !Object.hasOwn(a, others[next] ?? "")) {
        come = appended(come, others[next++] ?? "")
      }
      if (key === others[next]) next++
      else if (!Object.hasOwn(b, key)) {
        gone = appended(gone, key)
        continue
      }
      const before = a[key]
      const after = b[key]
      // Most members are the same text or number; they need no path.
      if (before !== after || !isJsonScalar(before)) this.#diffMember(key, before, after)
    }
    for (; next < others.length; next++) {
      const key = others[next] ?? ""
      if (!Object.hasOwn(a, key)) come = appended(come, key)
    }
    this.#keptBytes += MEMBER_BYTES * (keys.length - (gone?.length ?? 0))
    if (gone !== undefined || come !== undefined) writeNewMembers(this.#context, a, b, gone ?? [], come ?? [])
  }

  #diffMember(key: string, a: unknown, b: unknown): void {
    // They were found to differ: comparing long ones again would take as long as all the rest.
    if (typeof a === "string" && typeof b === "string" && !isOddName(key))
      return this.#diffTexts(a, b, pointerTo(this.#writer.pointer(), key))
    this.#writer.enter(key)
    if (!isOddName(key)) this.diff(a, b)
    else if (!deepEqualJson(a, b)) {
      if (key === "__proto__") refuseKey(this.#writer.pointer())
      this.#replace(a, b)
    }
    this.#writer.leave()
  }

  #diffArrays(a: readonly unknown[], b: readonly unknown[]): void {
    const context = this.#context
    // Others are come upon; those of very long arrays have to be found before anything walks along them.
    const hole = Math.max(firstHole(a), firstHole(b))
    if (hole !== -1) refuseValue(undefined, pointerTo(this.#writer.pointer(), hole))
    if (context.budget.remaining === 0) {
      this.#writeArray(alignByPosition(a, b))
      return
    }
    const keys = context.keyOf && elementKeys(context.keyOf, this.#writer.pointer(), a, b)
    const window = trimArrays(context, a, b, keys)
    const { aStart, aEnd, bStart, bEnd } = window
    this.#keptBytes += ELEMENT_BYTES * (b.length - bEnd + bStart)
    if (keys === undefined && aEnd - aStart === 1 && bEnd - bStart === 1) {
      this.#diffElement(a[aStart], b[bStart], bStart)
    } else if (aEnd > aStart || bEnd > bStart) {
      const alignment = alignWindow(context, window, keys)
      if (alignment === undefined) {
        this.#replace(a, b)
        return
      }
      this.#writeArray(alignment)
    }
    if (keys === undefined) return
    // Elements before and after the window were only matched by key.
    for (let i = 0; i < bStart; i++) this.#diffElement(a[i], b[i], i)
    for (let j = bEnd; j < b.length; j++) this.#diffElement(a[j - bEnd + aEnd], b[j], j)
  }

  #writeArray(alignment: Alignment): void {
    writeArrayScript(this.#context, alignment)
    const { a, b, bStart, origins, marks } = alignment
    for (let j = 0; j < marks.length; j++) {
      if (((marks[j] ?? 0) & CHANGED) !== 0) this.#diffElement(a[origins[j] ?? 0], b[bStart + j], bStart + j)
    }
  }

  #diffElement(a: unknown, b: unknown, index: number): void {
    this.#writer.enter(index)
    this.diff(a, b)
    this.#writer.leave()
  }

  /** Replaces a container as a whole if that is shorter than the operations written for it, from number `count` on. */
  #settle(count: number, bytes: number, b: unknown, kept: number): void {
    if (!this.#context.whole) return
    const writer = this.#writer
    const path = writer.pointer()
    const most = writer.bytes - bytes - REPLACE_BYTES - path.length
    // Mostly it is plain without measuring that the whole is longer.
    if (kept >= most) return
    const whole = measureJson(b, most, path)
    if (whole >= most) return
    writer.rewind(count, bytes)
    writer.replace(path, b, whole)
  }

  #diffTexts(a: string, b: string, path: string): void {
    const { budget, text } = this.#context
    const splices = text === undefined ? undefined : splicesOnBudget(text, a, b, budget)
    if (splices !== undefined && spliceBytes(splices) < b.length + 2) this.#writer.splice(path, splices)
    else this.#writer.replace(path, b, b.length + 2)
  }

  #replace(a: unknown, b: unknown): void {
    const path = this.#writer.pointer()
    measureJson(a, Infinity, path)
    this.#writer.replace(path, b, measureJson(b, Infinity, path))
  }
}

/** A list that is only made when it is needed: nearly all objects need none. */
function appended(list: string[] | undefined, name: string): string[] {
  if (list === undefined) return [name]
  list.push(name)
  return list
}
