import type { DocumentId } from "../document/document-id.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { ProjectionStep } from "./projection-step.ts"

/** Whose positions are waited for. */
export interface ReachedSink {
  readonly source: Pick<ProjectionSource, "end" | "loadHead">
  /** Fulfilled once the watermark is there. */
  readonly reach: (position: number) => Promise<void>
  /** What feeds the sink now; `undefined` while it is not open. */
  readonly step: () => Pick<ProjectionStep, "position" | "settledAt"> | undefined
}

/**
 * Waits until a document is in a sink in its state of a log position, or a later one. A document is written in its newest state only, so
 * of one that changed again before it was written the watermark passes the former position with nothing of it there. One that never stops
 * changing is always ahead of the watermark: that a batch wrote or refused it is enough. Without a document, the position is all there is to wait for.
 */
export async function reachDocument(
  { source, reach, step }: ReachedSink,
  id: DocumentId | undefined,
  position: number
): Promise<void> {
  for (let next: number | undefined = position; next !== undefined; ) {
    await reach(next)
    const now = step()
    if (id === undefined || (now?.settledAt(id) ?? 0) >= position) return
    // Read before the head: what the head says then is in if it is not above.
    const reached: number = Math.max(next, now?.position ?? 0)
    const newest = reached >= source.end.position ? 0 : ((await source.loadHead(id))?.position ?? 0)
    next = newest > reached ? newest : undefined
  }
}
