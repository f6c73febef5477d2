import type { ByteReader } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"
import { EXTRA_FOR_BYTES, MAX_DEPTH } from "../codec-limits.ts"
import { readNumber } from "./number-column.ts"
import type { TextTableReader } from "./text-table.ts"
import { SMALL_INTEGERS, valueCodes } from "./value-codes.ts"
import type { ValueColumns } from "./value-writer.ts"

/** Reads back what a `ValueWriter` wrote, in plain form. */
export class ValueReader {
  readonly #columns: ValueColumns<ByteReader, TextTableReader>
  readonly #shapes: string[][] = []
  #budget: number

  /** `budget` limits how many values there may be. */
  constructor(columns: ValueColumns<ByteReader, TextTableReader>, budget: number) {
    this.#columns = columns
    this.#budget = budget
  }

  read(depth = 0): unknown {
    this.#spend(1)
    if (depth > MAX_DEPTH)
      throw diffError("codec-too-deep", `a packed patch nests deeper than ${MAX_DEPTH} levels`)
    const { structure, numbers, texts } = this.#columns
    const code = structure.u8()
    if (code >= SMALL_INTEGERS) return code - SMALL_INTEGERS
    switch (code) {
      case valueCodes.null:
        return null
      case valueCodes.true:
        return true
      case valueCodes.false:
        return false
      case valueCodes.newText:
        return texts.text(0)
      case valueCodes.knownText:
        return texts.text(1 + structure.varUint())
      case valueCodes.array:
        return this.#array(depth + 1)
      case valueCodes.newShape:
        return this.#object(this.#newShape(), depth + 1)
      case valueCodes.knownShape:
        return this.#object(this.#knownShape(), depth + 1)
      case valueCodes.integer:
        return readNumber(numbers, "integer")
      case valueCodes.decimal:
        return readNumber(numbers, "decimal")
      case valueCodes.float:
        return readNumber(numbers, "float")
      case valueCodes.bytes:
        this.#spend(EXTRA_FOR_BYTES)
        return numbers.varBytes(numbers.remaining).slice()
      default:
        throw invalid(`cannot hold a value of kind ${code}`)
    }
  }

  #spend(values: number): void {
    this.#budget -= values
    // Also for a limit that is not a number.
    if (!(this.#budget >= 0))
      throw diffError(
        "codec-limit",
        "a packed patch holds more values than the limit allows: raise maxValues if you expected that"
      )
  }

  #array(depth: number): unknown[] {
    const length = this.#count()
    const array: unknown[] = []
    for (let i = 0; i < length; i++) array.push(this.read(depth))
    return array
  }

  #object(names: readonly string[], depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    for (const name of names) object[name] = this.read(depth)
    return object
  }

  #newShape(): readonly string[] {
    const count = this.#count()
    const names: string[] = []
    for (let i = 0; i < count; i++) names.push(this.#columns.names.text(this.#columns.structure.varUint()))
    // Assigning to the one would be no member; of two equal names one would be lost.
    if (names.includes("__proto__") || new Set(names).size < count)
      throw invalid("has names that no object can have")
    this.#shapes.push(names)
    return names
  }

  #knownShape(): readonly string[] {
    const names = this.#shapes[this.#columns.structure.varUint()]
    if (names === undefined) throw invalid("uses names before it lists them")
    return names
  }

  /** Each counted thing takes a byte at least, so no claim goes further than the bytes do. */
  #count(): number {
    const { structure } = this.#columns
    const count = structure.varUint()
    if (count > structure.remaining) throw invalid("claims more values than it has")
    return count
  }
}

function invalid(why: string): Error {
  return diffError("codec-invalid", `a packed patch ${why}`)
}
