/** Takes pieces out of a stream or an iterable one by one. What they are is not checked. */
export interface PieceReader {
  /** The next piece, or the end, after which nothing is to be closed. */
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>
  /** Tells the producer that nothing more is read, also while a piece is awaited. Never rejects; takes as long as the producer does. */
  close(): Promise<void>
}

type Stream = Pick<ReadableStream<unknown>, "getReader">

/** Reads a stream, which is locked until the end. */
export function streamReader(stream: Stream): PieceReader {
  const reader = stream.getReader()
  return {
    async next() {
      const step = await reader.read()
      if (step.done) reader.releaseLock()
      return step
    },
    async close() {
      // Of a stream that failed, cancelling fails the same way: whoever reads has that error already.
      const cancelled = reader.cancel().catch(() => undefined)
      reader.releaseLock()
      await cancelled
    }
  }
}

/** Reads an iterable. */
export function iterableReader(source: AsyncIterable<unknown> | Iterable<unknown>): PieceReader {
  const pieces = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let state: "unread" | "idle" | "waiting" | "failed" = "unread"
  return {
    async next() {
      state = "waiting"
      try {
        const step = await pieces.next()
        state = "idle"
        return step
      } catch (error) {
        state = "failed"
        throw error
      }
    },
    async close() {
      // What failed is not closed: `for await` does not either.
      if (state === "failed") return
      // A generator that waits is told only when it gets something, and one that has not begun never; a Node stream can be told itself.
      if (state !== "idle" && "destroy" in source && typeof source.destroy === "function")
        Reflect.apply(source.destroy, source, [])
      await returned(pieces)
    }
  }
}

/** What fails as it is left concerns nobody: whoever reads has an error of its own, or all it wants. */
async function returned(pieces: AsyncIterator<unknown> | Iterator<unknown>): Promise<void> {
  try {
    await pieces.return?.()
  } catch {
    // As above.
  }
}
