import type * as Y from "yjs"
import { listenersOf } from "./yjs-internals.ts"

/** Told while Yjs ends a transaction: what a listener throws then would keep it from ending this one, and every later one. */
const lateEvents: ReadonlySet<string> = new Set(["afterTransactionCleanup", "update", "updateV2", "subdocs"])

/**
 * Calls `hear` with each event of a document and what it is about, before anybody who listens, whatever is listened to or
 * no longer. A listener for each event would do, but Yjs copies the listeners of each of the seven events of a
 * transaction, be there one or none: a fifth of the time of a keystroke, which this saves for all who share the document.
 *
 * What listeners throw is thrown, as Yjs does; of the late events, given to `report`.
 */
export function hearFirst(
  doc: Y.Doc,
  hear: (event: string, subject: unknown) => void,
  report: (error: unknown) => void
): void {
  const emit = (event: string, about: readonly unknown[]): void => {
    hear(event, about[0])
    const listeners = listenersOf(doc, event)
    // Copied: who begins to listen meanwhile hears the next one.
    if (listeners === undefined) return
    for (const listener of Array.from(listeners))
      try {
        listener(...about)
      } catch (error) {
        if (!lateEvents.has(event)) throw error
        report(error)
      }
  }
  doc.emit = emit as Y.Doc["emit"]
}
