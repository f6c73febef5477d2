import { collectionOf, parseDocumentId } from "../document/document-id.ts"
import { coreError } from "../errors/core-error.ts"

/**
 * Whose content counts where a record and its document differ.
 *
 * - `document`: the record is written anew from the document.
 * - `sink:` and a name: what somebody changed in that sink becomes a commit of the document, as a difference.
 * - `most-recent`: the sink where it is known that its content builds on what the document holds, the document where it is known to be the
 *   later; what cannot be told is put off for a person to decide.
 * - `manual`: nothing is written; both values wait for a decision.
 */
export type SourceOfTruth = "document" | "most-recent" | "manual" | `sink:${string}`

/** A source of truth for each collection. */
export interface RepairPolicy {
  readonly collections: Readonly<Record<string, SourceOfTruth>>
  /** For all other collections; default `document`. */
  readonly otherwise?: SourceOfTruth
}

/** The sink that a source of truth names, if it names one. */
export function sinkOf(source: SourceOfTruth): string | undefined {
  return source.startsWith("sink:") ? source.slice("sink:".length) : undefined
}

/**
 * What a policy says of what lies under an id; `document` for what is no document id, which no document can have.
 */
export function sourceFor(policy: SourceOfTruth | RepairPolicy, id: string): SourceOfTruth {
  if (typeof policy === "string") return policy
  const collection = collectionIn(id)
  if (collection === undefined) return "document"
  const own = Object.hasOwn(policy.collections, collection) ? policy.collections[collection] : undefined
  return own ?? policy.otherwise ?? "document"
}

/** The sinks that a policy names. */
export function sinksNamed(policy: SourceOfTruth | RepairPolicy): readonly string[] {
  return sourcesIn(policy).flatMap(source => sinkOf(source) ?? [])
}

/** @throws SynclineError `options-invalid` for a source that is none. */
export function checkPolicy(policy: SourceOfTruth | RepairPolicy): void {
  for (const source of sourcesIn(policy)) checkSource(source)
}

/** @throws SynclineError `options-invalid` for what is no source of truth. */
export function checkSource(source: SourceOfTruth): void {
  const isOne = ["document", "most-recent", "manual"].includes(source) || (sinkOf(source) ?? "") !== ""
  if (isOne) return
  throw coreError(
    "options-invalid",
    `there is no source of truth "${source}"; give "document", "sink:" and its name, "most-recent" or "manual"`
  )
}

function sourcesIn(policy: SourceOfTruth | RepairPolicy): readonly SourceOfTruth[] {
  if (typeof policy === "string") return [policy]
  const { otherwise = "document", collections } = policy
  return [otherwise, ...Object.values(collections)]
}

function collectionIn(id: string): string | undefined {
  try {
    return collectionOf(parseDocumentId(id))
  } catch {
    return undefined
  }
}
