import { deepEqualJson } from "../deep-equal-json.ts"
import { isPlainObject } from "../plain-object.ts"
import { alignArrays } from "./align-arrays.ts"
import { type Alignment, CHANGED } from "./alignment.ts"
import type { DiffContext } from "./diff-context.ts"
import { diffMembers } from "./diff-members.ts"
import { measureJson, refuseValue } from "./measure-json.ts"
import { REPLACE_BYTES, spliceBytes } from "./patch-writer.ts"
import { isJsonScalar } from "./same-json.ts"
import { textSplices } from "./text-splices.ts"
import { writeArrayScript } from "./write-array-script.ts"

// What nests deeper than this is replaced as a whole: recursion has to end before the stack does.
const MAX_DEPTH = 200

/** Walks two values side by side and writes down what turns one into the other. */
export class JsonDiffer {
  readonly #context: DiffContext

  constructor(context: DiffContext) {
    this.#context = context
  }

  /** Writes the operations that turn `a`, at the path the writer is at, into `b`. */
  diff(a: unknown, b: unknown): void {
    if (a === b) {
      if (!isJsonScalar(a)) refuseValue(a, this.#context.writer.pointer())
    } else if (typeof a === "object" && typeof b === "object" && a !== null && b !== null) {
      this.#diffContainers(a, b)
    } else if (typeof a === "string" && typeof b === "string") {
      this.#diffTexts(a, b)
    } else {
      this.#replace(a, b)
    }
  }

  #diffContainers(a: object, b: object): void {
    const { writer } = this.#context
    const [count, bytes] = [writer.operations.length, writer.bytes]
    if (writer.depth >= MAX_DEPTH) {
      if (!deepEqualJson(a, b)) this.#replace(a, b)
    } else if (Array.isArray(a)) {
      if (Array.isArray(b)) this.#diffArrays(a, b)
      else this.#replace(a, b)
    } else if (!Array.isArray(b) && isPlainObject(a) && isPlainObject(b)) {
      diffMembers(this.#context, a, b, (inner, other) => this.diff(inner, other))
    } else {
      this.#replace(a, b)
    }
    if (writer.operations.length > count + 1) this.#settle(count, bytes, b)
  }

  #diffArrays(a: readonly unknown[], b: readonly unknown[]): void {
    const alignment = alignArrays(this.#context, a, b)
    writeArrayScript(this.#context, alignment)
    const { aStart, bStart, bEnd, origins, marks } = alignment
    if (alignment.keyed) this.#diffEnds(alignment)
    for (let j = 0; j < bEnd - bStart; j++) {
      if (((marks[j] ?? 0) & CHANGED) !== 0)
        this.#diffElement(a[origins[j] ?? aStart], b[bStart + j], bStart + j)
    }
  }

  /** Elements before and after the window were only matched by key. */
  #diffEnds({ a, b, aEnd, bStart, bEnd }: Alignment): void {
    for (let i = 0; i < bStart; i++) this.#diffElement(a[i], b[i], i)
    for (let j = bEnd; j < b.length; j++) this.#diffElement(a[j - bEnd + aEnd], b[j], j)
  }

  #diffElement(a: unknown, b: unknown, index: number): void {
    const { writer } = this.#context
    writer.enter(index)
    this.diff(a, b)
    writer.leave()
  }

  /** Replaces a container as a whole if that is shorter than the operations written for it, from number `count` on. */
  #settle(count: number, bytes: number, b: unknown): void {
    const { writer } = this.#context
    const path = writer.pointer()
    const most = writer.bytes - bytes - REPLACE_BYTES - path.length
    const whole = measureJson(b, most, path)
    if (whole >= most) return
    writer.rewind(count, bytes)
    writer.replace(path, b, whole)
  }

  #diffTexts(a: string, b: string): void {
    const { writer, budget, text } = this.#context
    const path = writer.pointer()
    const splices = text ? textSplices(a, b, budget) : []
    const shorter = text && spliceBytes(path, splices) < REPLACE_BYTES + path.length + b.length + 2
    if (shorter) writer.splice(path, splices)
    else writer.replace(path, b, b.length + 2)
  }

  #replace(a: unknown, b: unknown): void {
    const path = this.#context.writer.pointer()
    measureJson(a, Infinity, path)
    this.#context.writer.replace(path, b, measureJson(b, Infinity, path))
  }
}
