import type { ActorId, HlcStamp } from "@syncline/clock"
import { canonicalJson } from "../commit/canonical-json.ts"
import type { CommitHeader } from "../commit/commit.ts"
import { maxMetaBytes } from "../codec/packed-commit.ts"
import type { JsonObject } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import type { DocumentMeta } from "./document-meta.ts"

/** The header of the next local commit. */
export function nextHeader(
  meta: DocumentMeta,
  actor: ActorId,
  stamp: HlcStamp,
  change: Pick<CommitHeader, "kind" | "genesis"> & Pick<Partial<CommitHeader>, "meta">
): CommitHeader {
  const dot = { actor, seq: meta.seqOf(actor) + 1 }
  const header: CommitHeader = {
    document: meta.id,
    dot,
    kind: change.kind,
    engine: meta.engine,
    stamp,
    dependencies: meta.dependenciesOf(actor),
    genesis: change.genesis.filter(container => !meta.hasGenesis(container))
  }
  // Apart, as this runs for every keystroke: what most commits do not have is not spread into them.
  if (change.kind !== "delete" && change.meta === undefined) return header
  return {
    ...header,
    ...(change.kind === "delete" ? { seen: meta.version.vector.with(dot) } : {}),
    ...(change.meta === undefined ? {} : { meta: change.meta })
  }
}

/**
 * An application's annotations as they will be read again: what a decoder would refuse must not get into a commit.
 *
 * @throws SynclineError `value-unsupported` for what is no JSON or more than 64 KiB of it, `codec-limit` for what nests
 *   more than 100 deep.
 */
export function checkedAnnotations(meta: JsonObject): JsonObject {
  const text = canonicalJson(meta)
  // A UTF-16 unit takes at most 3 bytes, so most texts need not be encoded to be measured.
  if (text.length * 3 > maxMetaBytes && new TextEncoder().encode(text).length > maxMetaBytes)
    throw coreError(
      "value-unsupported",
      `annotations take more than ${maxMetaBytes} bytes; put them into a document`
    )
  return JSON.parse(text) as JsonObject
}
