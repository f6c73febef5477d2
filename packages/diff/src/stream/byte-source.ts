/** Bytes at hand, or in pieces cut anywhere. Of a stream the lock is taken. */
export type ByteSource =
  | Uint8Array
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>
  | Pick<ReadableStream<Uint8Array>, "getReader">

/** The pieces of a source, none empty. Leaving early cancels a stream and returns an iterator. */
export async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) {
    if (source.length > 0) yield source
    return
  }
  // Not every browser can iterate over a stream, so the reader comes first.
  for await (const piece of "getReader" in source ? read(source) : source) {
    // An ArrayBuffer has no length, and would pass for an empty piece.
    if (!ArrayBuffer.isView(piece))
      throw new TypeError("a source of bytes gave a piece that is no Uint8Array")
    if (piece.length > 0) yield piece
  }
}

/** Closes a source whose pieces nobody has asked for yet, as leaving them early would have done. */
export async function closeUnread(source: ByteSource): Promise<void> {
  if (source instanceof Uint8Array) return
  if ("getReader" in source) await cancel(source.getReader())
  else if (Symbol.asyncIterator in source) await source[Symbol.asyncIterator]().return?.()
  else source[Symbol.iterator]().return?.()
}

/** Its length in bytes, where that is known without reading. */
export function knownLength(source: ByteSource): number | undefined {
  return source instanceof Uint8Array ? source.length : undefined
}

async function* read(
  stream: Pick<ReadableStream<Uint8Array>, "getReader">
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader()
  let ended = false
  try {
    for (;;) {
      const step = await reader.read()
      if (step.done) break
      yield step.value
    }
    ended = true
  } finally {
    if (ended) reader.releaseLock()
    else await cancel(reader)
  }
}

async function cancel(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  // Of a stream that failed, cancelling fails the same way: whoever reads has that error already.
  await reader.cancel().catch(() => undefined)
  reader.releaseLock()
}
