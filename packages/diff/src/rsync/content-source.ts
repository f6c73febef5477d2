import { type ByteSource, piecesOf } from "../chunks/byte-source.ts"

/** Content, or bytes of our formats: at hand, or in pieces cut anywhere. */
export type ContentSource = Uint8Array | ByteSource

/** The pieces of a source. */
export function contentPieces(source: ContentSource): AsyncIterable<Uint8Array> {
  return piecesOf(source instanceof Uint8Array ? [source] : source)
}

/** Its length where that is known without reading. */
export function knownLength(source: ContentSource): number | undefined {
  return source instanceof Uint8Array ? source.length : undefined
}
