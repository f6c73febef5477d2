import type { JsonPatch } from "@syncline/diff/json"
import { equalBytes } from "../codec/hex.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { JsonObject } from "../document/json.ts"
import { patchStage } from "../document/patch/patch-stage.ts"
import type { AdoptedRecord } from "../history/adoption-note.ts"
import type { RepairAdoption } from "../repair/repair-host.ts"
import { DocumentWriter } from "./document-writer.ts"
import { checkedAnnotations } from "./next-header.ts"
import type { ReplicaCore } from "./replica-core.ts"

/** What a replica adopts with. */
export function adoptionOf(core: ReplicaCore): RepairAdoption {
  return {
    commitPatch: (id, digest, patch, meta) => commitPatch(core, id, digest, patch, meta),
    hasAdopted: (id, adopted) => hasAdopted(core, id, adopted)
  }
}

/** What `RepairAdoption.commitPatch` says. */
async function commitPatch(
  core: ReplicaCore,
  id: DocumentId,
  digest: Uint8Array,
  patch: JsonPatch,
  meta: JsonObject
): Promise<boolean> {
  const annotations = checkedAnnotations(meta)
  const state = await core.load(id)
  // From here to the commit nothing is awaited. What is pending counts: the patch is of what the digest names, and of nothing later.
  if (!equalBytes(state.meta.version.digest(id), digest)) return false
  const pending = new DocumentWriter(core, state).edit(patchStage(patch), { meta: annotations })
  await pending?.receipt?.durable
  return true
}

/** A repair is resumed soon; what is further back than this is another one's. */
const newestCommits = 200

/** What `RepairAdoption.hasAdopted` says. */
async function hasAdopted(
  core: ReplicaCore,
  id: DocumentId,
  { sink, record }: AdoptedRecord
): Promise<boolean> {
  const { entries } = await core.histories.use(await core.load(id), history =>
    history.page({ limit: newestCommits })
  )
  return entries.some(({ adopted }) => adopted?.sink === sink && adopted.record === record)
}
