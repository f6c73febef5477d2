import { decodeBase } from "../codec/facts-codec.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { HistoryHost } from "../history/history-host.ts"
import { maxBaseBytes } from "../replica/document-loader.ts"
import type { TrailHead } from "./trail-head.ts"
import type { TrailSource } from "./trail-reader.ts"

/** What entries of a document are made from. Decodes the base. */
export function trailSource(
  { setupOf }: Pick<HistoryHost, "setupOf">,
  document: DocumentId,
  head: TrailHead,
  base: Uint8Array | undefined,
  maxPatchBytes: number
): TrailSource {
  return {
    document,
    setup: setupOf(document),
    head,
    base: base === undefined ? undefined : decodeBase(base, maxBaseBytes),
    maxPatchBytes
  }
}
