import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { diffError } from "../../error/diff-error.ts"

/** A patch taken apart, so that what is alike lies together; byte by byte in `spec/codec.md`. */
export interface PatchColumns {
  /** An operation's kind, and how its path relates to the one before. */
  readonly kinds: Uint8Array
  /** What paths do not share: indices and names. */
  readonly tokens: Uint8Array
  /** Which kinds of values are nested how. */
  readonly structure: Uint8Array
  /** Numbers and bytes. */
  readonly numbers: Uint8Array
  /** Names and texts where they first occur, UTF-8, with 0xff between. */
  readonly texts: Uint8Array
}

const none = new Uint8Array()
const noColumns: PatchColumns = { kinds: none, tokens: none, structure: none, numbers: none, texts: none }
const order = ["kinds", "tokens", "structure", "numbers", "texts"] as const

/** Which columns there are, the lengths of all of those but the last, the columns. Nothing for no columns. */
export function joinColumns(columns: PatchColumns): Uint8Array<ArrayBuffer> {
  const present = order.filter(name => columns[name].length > 0)
  if (present.length === 0) return none
  const writer = new ByteWriter(present.reduce((sum, name) => sum + columns[name].length, 20))
  writer.u8(present.reduce((mask, name) => mask | (1 << order.indexOf(name)), 0))
  for (const name of present.slice(0, -1)) writer.varUint(columns[name].length)
  for (const name of present) writer.bytes(columns[name])
  return writer.finish()
}

/** Undoes {@link joinColumns}, in views of `bytes`. Throws `bytes-*`. */
export function splitColumns(bytes: Uint8Array): PatchColumns {
  if (bytes.length === 0) return noColumns
  const reader = new ByteReader(bytes)
  const mask = reader.u8()
  const present = order.filter((_, i) => (mask & (1 << i)) !== 0)
  const lengths = present.slice(0, -1).map(() => reader.varUint())
  const columns: Record<keyof PatchColumns, Uint8Array> = { ...noColumns }
  for (const [i, name] of present.entries()) columns[name] = reader.bytes(lengths[i] ?? reader.remaining)
  if (mask >= 1 << order.length)
    throw diffError("codec-invalid", "a packed patch has columns of a later version")
  reader.expectEnd()
  return columns
}
