import { maxContainers } from "../codec/facts-codec.ts"
import type { DocumentFacts } from "../commit/document-facts.ts"
import { maxVersionEntries } from "../commit/version.ts"
import { coreError } from "../errors/core-error.ts"
import { containerKey, type DocumentMeta } from "./document-meta.ts"

/** Ten commits a second for three thousand years. More would bring sums of seqs to where numbers are not exact. */
const maxHeight = 2 ** 40

/**
 * Checks what a peer's snapshot claims beside its content: what could not be stored, sent on or grown from once it was
 * taken in, and what no history leads to.
 *
 * @throws SynclineError `commit-invalid`.
 */
export function checkSnapshot(
  meta: DocumentMeta,
  { version, chains, genesis, deletion }: DocumentFacts
): void {
  if (version.height > maxHeight) throw invalid(meta, `claims ${version.height} commits`)
  if (deletion !== undefined && !version.vector.dominates(deletion))
    throw invalid(meta, "claims a deletion that has seen more than there is")
  const newWriters = [...chains.keys()].filter(actor => meta.seqOf(actor) === 0).length
  if (meta.chains.size + newWriters > maxVersionEntries)
    throw invalid(meta, `brings it to more than ${maxVersionEntries} writers`)
  const containers = new Set([...meta.genesis, ...genesis].map(containerKey))
  if (containers.size > maxContainers)
    throw invalid(meta, `brings it to more than ${maxContainers} predefined containers`)
}

function invalid({ id }: DocumentMeta, what: string): Error {
  return coreError("commit-invalid", `a snapshot of "${id}" ${what}`)
}
