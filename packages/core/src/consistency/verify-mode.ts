import { coreError } from "../errors/core-error.ts"

/** Every document and every record. What there is no other way to know, and the default. */
export interface FullMode {
  readonly kind: "full"
}

/** Some documents, wholly. Nothing is said of all others. */
export type DocumentsMode = { readonly kind: "documents" } & (
  | {
      /** The documents and the records under these ids; a record may lie under what no document can be called. */
      readonly ids: readonly string[]
    }
  | {
      /** Those whose ids begin like this, and such records: `notes/`, `notes/2026-`. */
      readonly prefix: string
    }
  | {
      /**
       * Those with records after this position of the log, or that changed since the last verification of the sink that
       * was complete and found nothing. Records of other documents, and records without one, are not looked at.
       */
      readonly changedSince: number | "last-clean"
    }
)

/** That many documents and records, drawn at random from both sides; reports a bound on the share that is wrong. */
export interface SampleMode {
  readonly kind: "sample"
  readonly count: number
}

/** Whether each document has a record, and each record a document; one that has not is overlooked with this chance. */
export interface BloomMode {
  readonly kind: "bloom"
  /** Above 0 and below 1. Default 0.01. */
  readonly rate?: number
}

/**
 * What the sink wrote, against the documents, by a tree of which only differing branches are descended; and what others changed since, by marks that the sink's
 * database made. Only for sinks that keep both; `verification-unsure` where they do not, or cannot vouch for them.
 */
export interface MerkleMode {
  readonly kind: "merkle"
}

/** How much of a sink to look at, and how. */
export type VerifyMode = FullMode | DocumentsMode | SampleMode | BloomMode | MerkleMode

/**
 * For callers without a type checker, and for numbers.
 *
 * @throws SynclineError `options-invalid`.
 */
export function checkMode(mode: VerifyMode): void {
  const wrong = problemOf(mode)
  if (wrong !== undefined) throw coreError("options-invalid", `mode of a verification: ${wrong}`)
}

function problemOf(mode: VerifyMode): string | undefined {
  switch (mode.kind) {
    case "full":
    case "merkle":
      return undefined
    case "sample":
      return Number.isSafeInteger(mode.count) && mode.count > 0
        ? undefined
        : "count is a whole number above 0"
    case "bloom": {
      const { rate = 0.5 } = mode
      return rate > 0 && rate < 1 ? undefined : "rate is above 0 and below 1"
    }
    case "documents":
      return problemOfChoice(mode)
    default:
      return `there is no kind "${(mode as VerifyMode).kind}"; there are full, documents, sample, bloom and merkle`
  }
}

function problemOfChoice(mode: DocumentsMode): string | undefined {
  if ("ids" in mode) return Array.isArray(mode.ids) ? undefined : "ids is a list of document ids"
  if ("prefix" in mode) return typeof mode.prefix === "string" ? undefined : "prefix is a text"
  const { changedSince: since } = mode
  const known = since === "last-clean" || (Number.isSafeInteger(since) && since >= 0)
  return known ? undefined : 'say ids, a prefix, or changedSince: a position of the log or "last-clean"'
}
