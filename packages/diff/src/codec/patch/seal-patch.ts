import type { ExtendedJsonPatch } from "../../json/json-patch.ts"
import { type EnvelopeKind, type PackOptions, kindByte, seal } from "../envelope.ts"
import { joinBytes } from "../join-bytes.ts"
import { patchColumns, patchRows } from "./patch-writer.ts"

/** An envelope around a patch. */
export interface SealedPatch {
  readonly sealed: Uint8Array<ArrayBuffer>
  /** What is inside. */
  readonly body: Uint8Array
}

// Rows save at most four bytes; above this, compressed columns are smaller.
const ROWS_BYTES = 512

/** The smallest envelope around a patch whose operations have their form; `kinds` names it for either layout. */
export async function sealPatch(
  patch: ExtendedJsonPatch,
  kinds: { readonly columns: EnvelopeKind; readonly rows: EnvelopeKind },
  options: PackOptions | undefined
): Promise<SealedPatch> {
  const columns = patchColumns(patch)
  const sealed = await seal(kinds.columns, columns, options)
  if (columns.length > ROWS_BYTES) return { sealed, body: columns }
  const rows = patchRows(patch)
  if (rows.length + 1 > sealed.length) return { sealed, body: columns }
  return { sealed: joinBytes(kindByte(kinds.rows), rows), body: rows }
}
