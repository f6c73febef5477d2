import { type Collection, collection, type Document, type Replica, text, textOf } from "@syncline/core"
import type { SequentialTrace, TraceTransaction } from "./editing-trace.ts"

/** Where recordings are replayed: documents with one text. */
export const papers: Collection<{ readonly body: string }> = collection("papers", {
  fields: { body: text() }
})

/** A document of `papers`. */
export type Paper = Document<{ readonly body: string }>

/** Makes a transaction of a recording one commit. */
export function applyTransaction(document: Paper, { patches }: TraceTransaction): void {
  const [first] = patches
  if (first !== undefined && patches.length === 1) {
    document.text("body").splice(...first)
    return
  }
  document.change(draft => {
    const body = textOf(draft, "body")
    for (const patch of patches) body.splice(...patch)
  })
}

/** Which part of a recording is replayed, and how. */
export interface ReplayOptions {
  /** Commits in each transaction of the store. */
  readonly perTick: number
  /** The first transaction, 0 unless told; those before it were replayed already. */
  readonly from?: number
  /** The first transaction that is left out. */
  readonly to?: number
}

/**
 * Replays a recording, or a part of it, as commits.
 *
 * @throws Error when its end is reached and the text is not what it should be.
 */
export async function replayTrace(
  replica: Replica,
  trace: SequentialTrace,
  { perTick, from = 0, to = trace.transactions.length }: ReplayOptions
): Promise<Paper> {
  const document = await replica.load(papers, trace.name)
  for (let at = from; at < to; at += perTick) {
    for (const transaction of trace.transactions.slice(at, Math.min(to, at + perTick)))
      applyTransaction(document, transaction)
    await replica.flush()
  }
  if (to >= trace.transactions.length && document.value.body !== trace.endContent)
    throw new Error(`the replay of ${trace.name} did not end with its content`)
  return document
}
