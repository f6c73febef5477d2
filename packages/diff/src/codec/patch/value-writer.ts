import type { ByteWriter } from "@syncline/clock/bytes"
import { numberForm, writeNumber } from "./number-column.ts"
import type { TextTableWriter } from "./text-table.ts"
import { SMALL_INTEGERS, valueCodes } from "./value-codes.ts"

/** Columns that values go to. */
export interface ValueColumns<Bytes, Texts> {
  readonly structure: Bytes
  readonly numbers: Bytes
  /** Of members, shared with paths. */
  readonly names: Texts
  readonly texts: Texts
}

/** Writes values in plain form, so nested no deeper than values may, into columns. */
export class ValueWriter {
  readonly #columns: ValueColumns<ByteWriter, TextTableWriter>
  readonly #shapes = new Map<string, number>()

  constructor(columns: ValueColumns<ByteWriter, TextTableWriter>) {
    this.#columns = columns
  }

  write(value: unknown): void {
    if (typeof value === "string") return this.#text(value)
    if (typeof value === "number") return this.#number(value)
    if (typeof value === "boolean") return this.#code(value ? "true" : "false")
    if (typeof value !== "object" || value === null) return this.#code("null")
    if (Array.isArray(value)) return this.#array(value)
    if (value instanceof Uint8Array) return this.#bytes(value)
    this.#object(value as Readonly<Record<string, unknown>>)
  }

  #code(code: keyof typeof valueCodes): void {
    this.#columns.structure.u8(valueCodes[code])
  }

  #text(text: string): void {
    this.#columns.texts.write(text, reference => {
      this.#code(reference === 0 ? "newText" : "knownText")
      if (reference > 0) this.#columns.structure.varUint(reference - 1)
    })
  }

  #number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < SMALL_INTEGERS && !Object.is(value, -0)) {
      return this.#columns.structure.u8(SMALL_INTEGERS + value)
    }
    const form = numberForm(value)
    this.#code(form.kind)
    writeNumber(this.#columns.numbers, form)
  }

  #array(array: readonly unknown[]): void {
    this.#code("array")
    this.#columns.structure.varUint(array.length)
    for (const element of array) this.write(element)
  }

  #bytes(bytes: Uint8Array): void {
    this.#code("bytes")
    this.#columns.numbers.varBytes(bytes)
  }

  #object(object: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(object)
    this.#shape(names)
    for (const name of names) this.write(object[name])
  }

  #shape(names: readonly string[]): void {
    const { structure, names: table } = this.#columns
    // No two lists of texts have the same JSON.
    const key = JSON.stringify(names)
    const known = this.#shapes.get(key)
    this.#code(known === undefined ? "newShape" : "knownShape")
    structure.varUint(known ?? names.length)
    if (known !== undefined) return
    this.#shapes.set(key, this.#shapes.size)
    for (const name of names) table.write(name, reference => structure.varUint(reference))
  }
}
