import { ByteWriter } from "@syncline/clock/bytes"
import type { ExtendedJsonPatch, ExtendedOperation } from "../../json/json-patch.ts"
import { parsePointer } from "../../json/pointer/json-pointer.ts"
import type { TextSplice } from "../../text/text-splice.ts"
import { escapeText } from "../awkward-text.ts"
import { toPlainForm } from "../plain-form.ts"
import { operationKinds } from "./operation-kinds.ts"
import { joinColumns } from "./patch-columns.ts"
import { PathWriter } from "./path-writer.ts"
import { TextColumnWriter } from "./text-column.ts"
import { TextTableWriter } from "./text-table.ts"
import { ValueWriter } from "./value-writer.ts"

type Columns = Readonly<Record<"kinds" | "tokens" | "structure" | "numbers" | "texts", ByteWriter>>

/** A patch whose operations have their form, as columns: what is alike lies together. */
export function patchColumns(patch: ExtendedJsonPatch): Uint8Array {
  const [kinds, tokens, structure, numbers] = [
    new ByteWriter(),
    new ByteWriter(),
    new ByteWriter(),
    new ByteWriter()
  ]
  const writer = new PatchWriter({ kinds, tokens, structure, numbers, texts: new ByteWriter() })
  for (const operation of patch) writer.write(operation)
  return joinColumns({
    kinds: kinds.finish(),
    tokens: tokens.finish(),
    structure: structure.finish(),
    numbers: numbers.finish(),
    texts: writer.finish()
  })
}

/** The same with everything in one column, which saves the lengths of the others where there is little in them. */
export function patchRows(patch: ExtendedJsonPatch): Uint8Array {
  const row = new ByteWriter()
  const writer = new PatchWriter({ kinds: row, tokens: row, structure: row, numbers: row, texts: row })
  for (const operation of patch) writer.write(operation)
  return writer.finish()
}

class PatchWriter {
  readonly #texts: TextColumnWriter
  readonly #structure: ByteWriter
  readonly #values: ValueWriter
  readonly #paths: PathWriter
  #path: readonly string[] = []

  constructor({ kinds, tokens, structure, numbers, texts }: Columns) {
    this.#texts = new TextColumnWriter(texts)
    this.#structure = structure
    const names = new TextTableWriter(this.#texts)
    this.#values = new ValueWriter({ structure, numbers, names, texts: new TextTableWriter(this.#texts) })
    this.#paths = new PathWriter(kinds, tokens, names)
  }

  /** The column of texts. */
  finish(): Uint8Array {
    return this.#texts.finish()
  }

  write(operation: ExtendedOperation): void {
    const path = parsePointer(operation.path)
    this.#paths.write(operationKinds.indexOf(operation.op), path, this.#path)
    this.#path = path
    switch (operation.op) {
      case "move":
      case "copy":
        return this.#paths.write(0, parsePointer(operation.from), path)
      case "add":
      case "replace":
      case "test":
        return this.#values.write(toPlainForm(operation.value, "binary"))
      case "splice":
        return this.#splices(operation.splices)
      case "remove":
    }
  }

  #splices(splices: readonly TextSplice[]): void {
    this.#structure.varUint(splices.length)
    let end = 0
    for (const { index, remove, insert } of splices) {
      // Valid ones ascend, so this is small; those that are not keep their numbers all the same.
      this.#structure.varInt(index - end)
      this.#structure.varInt(remove)
      this.#values.write(escapeText(insert))
      end = index + insert.length
    }
  }
}
