import { ByteReader } from "@syncline/clock/bytes"
import { diffError } from "../error/diff-error.ts"
import type { ExtendedJsonPatch, ExtendedOperation } from "../json/json-patch.ts"
import type { TextSplice } from "../text/text-splice.ts"
import { unescapeText } from "./awkward-text.ts"
import { type CodecLimits, codecLimits } from "./codec-limits.ts"
import { open } from "./envelope.ts"
import { operationKinds } from "./patch/operation-kinds.ts"
import { splitColumns } from "./patch/patch-columns.ts"
import { PathReader, rootPath } from "./patch/path-reader.ts"
import { TextColumnReader } from "./patch/text-column.ts"
import { TextTableReader } from "./patch/text-table.ts"
import { ValueReader } from "./patch/value-reader.ts"
import { restorePlainForm } from "./restore-plain-form.ts"

/**
 * Undoes `packPatch`. The result is a patch by its form; whether it applies to a document, `applyPatch` tells.
 *
 * Throws `codec-*`, `compression-*` and `bytes-*` for bytes that `packPatch` did not make, or that stand for more than
 * the limits allow: short bytes can stand for many long paths.
 */
export async function unpackPatch(bytes: Uint8Array, limits?: CodecLimits): Promise<ExtendedJsonPatch> {
  return patchFromBody(await open("patch", bytes, limits), limits)
}

/** Undoes `patchBody`. */
export function patchFromBody(body: Uint8Array, limits?: CodecLimits): ExtendedJsonPatch {
  const reader = new PatchReader(body, codecLimits(limits))
  const patch: ExtendedOperation[] = []
  while (reader.hasMore) patch.push(reader.read())
  reader.expectEnd()
  return patch
}

class PatchReader {
  readonly #kinds: ByteReader
  readonly #structure: ByteReader
  readonly #rest: readonly ByteReader[]
  readonly #texts: TextColumnReader
  readonly #paths: PathReader
  readonly #values: ValueReader
  #path = rootPath

  constructor(body: Uint8Array, { maxBytes, maxValues }: Required<CodecLimits>) {
    const columns = splitColumns(body)
    if (columns.kinds.length > maxValues)
      throw diffError("codec-limit", `a packed patch has more operations than the ${maxValues} allowed`)
    const tokens = new ByteReader(columns.tokens)
    const numbers = new ByteReader(columns.numbers)
    this.#kinds = new ByteReader(columns.kinds)
    this.#structure = new ByteReader(columns.structure)
    this.#texts = new TextColumnReader(columns.texts)
    const names = new TextTableReader(this.#texts)
    const texts = new TextTableReader(this.#texts)
    this.#paths = new PathReader(this.#kinds, tokens, names, maxBytes)
    this.#values = new ValueReader({ structure: this.#structure, numbers, names, texts }, maxValues)
    this.#rest = [tokens, this.#structure, numbers]
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

  expectEnd(): void {
    for (const column of this.#rest) column.expectEnd()
    this.#texts.expectEnd()
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
