import { coreError } from "../errors/core-error.ts"

/** A row as it comes from its source; `error` in place of `row` where it could not be read. */
export interface SourceRow {
  /** Where it is in its source, counted from 1: the line of a file, the number of a result. */
  readonly line: number
  readonly row?: unknown
  readonly error?: Error
}

/** A line this long is no row, but a file without line feeds; it would have to be held whole. */
const defaultMaxLineBytes = 16 * 1024 * 1024

const lineFeed = 0x0a

/**
 * The rows of a file of JSON lines, whose bytes come in pieces of any size: a stream of Node, of the web, or an array. Empty lines are passed over.
 * A line that is not JSON, not UTF-8, or too long is a row with an error; the others follow. Holds one line at a time.
 *
 * @throws SynclineError `options-invalid` where text comes in place of bytes
 */
export async function* jsonLines(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: { readonly maxLineBytes?: number } = {}
): AsyncIterable<SourceRow> {
  const { maxLineBytes = defaultMaxLineBytes } = options
  let held: Uint8Array[] = []
  let heldBytes = 0
  let line = 1
  const keep = (bytes: Uint8Array): void => {
    heldBytes += bytes.length
    // What is too long is counted, and not kept.
    if (heldBytes <= maxLineBytes) held.push(bytes.slice())
    else held = []
  }
  const take = (): SourceRow | undefined => {
    const row = rowOf(line++, held, heldBytes, maxLineBytes)
    held = []
    heldBytes = 0
    return row
  }
  for await (const piece of source) {
    mustBeBytes(piece)
    let from = 0
    for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, from)) {
      keep(piece.subarray(from, end))
      from = end + 1
      const row = take()
      if (row !== undefined) yield row
    }
    keep(piece.subarray(from))
  }
  const last = take()
  if (last !== undefined) yield last
}

function rowOf(
  line: number,
  pieces: readonly Uint8Array[],
  lengthBytes: number,
  maxLineBytes: number
): SourceRow | undefined {
  if (lengthBytes > maxLineBytes)
    return {
      line,
      error: new Error(`the line has ${lengthBytes} bytes, more than the ${maxLineBytes} allowed`)
    }
  const bytes = new Uint8Array(lengthBytes)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    return text.trim() === "" ? undefined : { line, row: JSON.parse(text) as unknown }
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? cause.message : "it is not UTF-8"
    return { line, error: new Error(`the line is not JSON: ${reason}`, { cause }) }
  }
}

function mustBeBytes(piece: unknown): void {
  if (!(piece instanceof Uint8Array))
    throw coreError(
      "options-invalid",
      "jsonLines takes bytes, and was given text: give it createReadStream(path) without an encoding, or a list of Uint8Array"
    )
}
