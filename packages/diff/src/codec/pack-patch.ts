import { ByteWriter } from "@syncline/clock/bytes"
import type { ExtendedJsonPatch, ExtendedOperation } from "../json/json-patch.ts"
import { checkOperation } from "../json/patch/check-operation.ts"
import { inOperation } from "../json/patch/in-operation.ts"
import { fullLimits } from "../json/patch/patch-limits.ts"
import { parsePointer } from "../json/pointer/json-pointer.ts"
import type { TextSplice } from "../text/text-splice.ts"
import { escapeText } from "./awkward-text.ts"
import { type EnvelopeOptions, seal } from "./envelope.ts"
import { operationKinds } from "./patch/operation-kinds.ts"
import { joinColumns } from "./patch/patch-columns.ts"
import { PathWriter } from "./patch/path-writer.ts"
import { TextColumnWriter } from "./patch/text-column.ts"
import { TextTableWriter } from "./patch/text-table.ts"
import { ValueWriter } from "./patch/value-writer.ts"
import { toPlainForm } from "./plain-form.ts"

/**
 * Packs a JSON Patch, with our `splice` extension or without, into few bytes: columns of what is alike, then the smallest
 * of those, deflate, brotli and zstd, among what the receiver accepts. One replaced member takes about ten bytes and its
 * path. `unpackPatch` gives an equal patch: operations, members of values, and what `pack` keeps of them in order;
 * members that RFC 6902 does not define are left out, as it tells receivers to ignore them.
 *
 * Throws `codec-value-unsupported` and `codec-too-deep` for values that `pack` refuses, and what `validatePatch` throws
 * for operations that are none.
 */
export async function packPatch(patch: ExtendedJsonPatch, options?: EnvelopeOptions): Promise<Uint8Array> {
  for (const [index, operation] of patch.entries()) {
    try {
      checkOperation(operation, rules)
    } catch (error) {
      throw inOperation(error, operation, index)
    }
  }
  return seal("patch", patchBody(patch), options)
}

/** What {@link packPatch} packs, before compression. The form of the operations is taken for granted. */
export function patchBody(patch: ExtendedJsonPatch): Uint8Array {
  const writer = new PatchWriter()
  for (const operation of patch) writer.write(operation)
  return writer.finish()
}

const unlimited = Number.POSITIVE_INFINITY
// Whoever applies a patch has limits; packing one that is too large for some is no reason to refuse it.
const rules = {
  extensions: true,
  limits: { ...fullLimits(undefined), pathLength: unlimited, pathDepth: unlimited }
}

class PatchWriter {
  readonly #kinds = new ByteWriter()
  readonly #tokens = new ByteWriter()
  readonly #structure = new ByteWriter()
  readonly #numbers = new ByteWriter()
  readonly #texts = new TextColumnWriter()
  readonly #names = new TextTableWriter(this.#texts)
  readonly #values = new ValueWriter({
    structure: this.#structure,
    numbers: this.#numbers,
    names: this.#names,
    texts: new TextTableWriter(this.#texts)
  })
  readonly #paths = new PathWriter(this.#kinds, this.#tokens, this.#names)
  #path: readonly string[] = []

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

  finish(): Uint8Array {
    return joinColumns({
      kinds: this.#kinds.finish(),
      tokens: this.#tokens.finish(),
      structure: this.#structure.finish(),
      numbers: this.#numbers.finish(),
      texts: this.#texts.finish()
    })
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
