import type { DocumentId } from "../document/document-id.ts"
import type { ProjectionSource } from "./projection-source.ts"

/** Whose positions are waited for. */
export interface ReachedSink {
  readonly source: Pick<ProjectionSource, "end" | "loadHead">
  /** Fulfilled once the watermark is there. */
  readonly reach: (position: number) => Promise<void>
  /** How far the sink is now; `undefined` while it is not open. */
  readonly watermark: () => number | undefined
}

/**
 * Waits until a document is in a sink in its state of a log position, or a later one. A document is written in its newest state only, so
 * of one that changed again before it was written the watermark passes the former position with nothing of it there. Without a document,
 * the position is all there is to wait for.
 */
export async function reachDocument(
  { source, reach, watermark }: ReachedSink,
  id: DocumentId | undefined,
  position: number
): Promise<void> {
  for (let next: number | undefined = position; next !== undefined; ) {
    await reach(next)
    if (id === undefined) return
    // Read before the head: what the head says then is in if it is not above.
    const reached: number = Math.max(next, watermark() ?? 0)
    const newest = reached >= source.end.position ? 0 : ((await source.loadHead(id))?.position ?? 0)
    next = newest > reached ? newest : undefined
  }
}
