import { parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"
import type { GivenUp } from "../sync/given-up.ts"
import type { KeptDocuments } from "../sync/kept-documents.ts"
import type { SyncHost } from "../sync/sync-host.ts"

/** What a link knows of it. */
interface GivingUp {
  readonly link: string
  readonly host: SyncHost
  readonly kept: KeptDocuments
  /** Rejected when the link ends, or `signal` fires. Before it is fulfilled, it was asked how what is kept apart stands there. */
  readonly synced: () => Promise<void>
}

/** See `Link.giveUp`. */
export async function giveUp({ link, host, kept, synced }: GivingUp, document: string): Promise<GivenUp> {
  const id = parseDocumentId(document)
  const nothing = () =>
    coreError(
      "nothing-to-give-up",
      `${link} has, or may get, all that is here of "${id}", or has something of it that cannot be had here; there is nothing to give up`,
      { details: { document: id, absent: false } }
    )
  if (!kept.has(id) || host.giveUp === undefined) throw nothing()
  const theirs = await answerTo(kept.ask(id), synced)
  if (theirs === "same") throw nothing()
  if (theirs === "absent")
    throw coreError(
      "nothing-to-give-up",
      `${link} has nothing of "${id}", so there is nothing to go back to; delete() the document to be rid of it here`,
      { details: { document: id, absent: true } }
    )
  const givenUp = await host.giveUp(id, theirs)
  // It stands otherwise here.
  kept.touch(id)
  if (givenUp === undefined) throw nothing()
  return givenUp
}

/** Waits no longer than somebody can answer. */
async function answerTo<T>(answer: Promise<T>, synced: () => Promise<void>): Promise<T> {
  const isOpen = Symbol("open")
  for (;;) {
    const theirs = await Promise.race([answer, synced().then((): typeof isOpen => isOpen)])
    if (theirs !== isOpen) return theirs
  }
}
