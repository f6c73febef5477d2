import { ByteReader } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"
import type { ExtendedJsonPatch, ExtendedOperation } from "../../json/json-patch.ts"
import type { TextSplice } from "../../text/text-splice.ts"
import { unescapeText } from "../awkward-text.ts"
import type { CodecLimits } from "../codec-limits.ts"
import { restorePlainForm } from "../restore-plain-form.ts"
import { operationKinds } from "./operation-kinds.ts"
import { type PatchColumns, splitColumns } from "./patch-columns.ts"
import { PathReader, rootPath } from "./path-reader.ts"
import { TextColumnReader } from "./text-column.ts"
import { TextTableReader } from "./text-table.ts"
import { ValueReader } from "./value-reader.ts"

type Readers = Readonly<Record<keyof PatchColumns, ByteReader>>

/** Undoes `patchColumns`. Throws `codec-*` and `bytes-*`. */
export function readPatchColumns(body: Uint8Array, limits: Required<CodecLimits>): ExtendedJsonPatch {
  const columns = splitColumns(body)
  return readPatch(columns, limits, {
    kinds: new ByteReader(columns.kinds),
    tokens: new ByteReader(columns.tokens),
    structure: new ByteReader(columns.structure),
    numbers: new ByteReader(columns.numbers),
    texts: new ByteReader(columns.texts)
  })
}

/** Undoes `patchRows`. Throws `codec-*` and `bytes-*`. */
export function readPatchRows(body: Uint8Array, limits: Required<CodecLimits>): ExtendedJsonPatch {
  const columns = { kinds: body, tokens: body, structure: body, numbers: body, texts: body }
  const row = new ByteReader(body)
  return readPatch(columns, limits, { kinds: row, tokens: row, structure: row, numbers: row, texts: row })
}

function readPatch(
  columns: PatchColumns,
  limits: Required<CodecLimits>,
  readers: Readers
): ExtendedJsonPatch {
  const reader = new PatchReader(columns, readers, limits)
  const patch: ExtendedOperation[] = []
  while (reader.hasMore) {
    if (patch.length >= limits.maxValues)
      throw diffError(
        "codec-limit",
        `a packed patch has more operations than the ${limits.maxValues} allowed: raise maxValues if you expected that`
      )
    patch.push(reader.read())
  }
  for (const column of Object.values(readers)) column.expectEnd()
  return patch
}

class PatchReader {
  readonly #kinds: ByteReader
  readonly #structure: ByteReader
  readonly #paths: PathReader
  readonly #values: ValueReader
  #path = rootPath

  constructor(columns: PatchColumns, readers: Readers, { maxBytes, maxValues }: Required<CodecLimits>) {
    const { kinds, tokens, structure, numbers } = readers
    const source = new TextColumnReader(columns.texts, readers.texts)
    const names = new TextTableReader(source)
    this.#kinds = kinds
    this.#structure = structure
    this.#paths = new PathReader(kinds, tokens, names, maxBytes)
    this.#values = new ValueReader(
      { structure, numbers, names, texts: new TextTableReader(source) },
      maxValues
    )
  }

  get hasMore(): boolean {
    return this.#kinds.remaining > 0
  }

  read(): ExtendedOperation {
    const { kind, path } = this.#paths.read(this.#path)
    this.#path = path
    const op = operationKinds[kind]
    const { pointer } = path
    switch (op) {
      case "move":
      case "copy":
        return { op, from: this.#from(), path: pointer }
      case "add":
      case "replace":
      case "test":
        return { op, path: pointer, value: restorePlainForm(this.#values.read()) }
      case "splice":
        return { op, path: pointer, splices: this.#splices() }
      case "remove":
        return { op, path: pointer }
      default:
        throw diffError("codec-invalid", `a packed patch has no operation of kind ${kind}`)
    }
  }

  #from(): string {
    const { kind, path } = this.#paths.read(this.#path)
    if (kind !== 0) throw diffError("codec-invalid", "a packed patch names a source with a kind of its own")
    return path.pointer
  }

  #splices(): readonly TextSplice[] {
    const count = this.#structure.varUint()
    const splices: TextSplice[] = []
    let end = 0
    // Ends with an error at the end of the column, whatever the count claims.
    for (let i = 0; i < count; i++) {
      const index = end + this.#structure.varInt()
      const remove = this.#structure.varInt()
      const insert = this.#values.read()
      if (typeof insert !== "string") throw diffError("codec-invalid", "a packed splice inserts no text")
      splices.push({ index, remove, insert: unescapeText(insert) })
      end = index + (splices.at(-1)?.insert.length ?? 0)
    }
    return splices
  }
}
