import { ByteWriter } from "@syncline/clock/bytes"
import type { ContainerRef } from "../../document/operation.ts"
import type { ContainerKind } from "../../document/shape.ts"
import { genesisIdentity } from "../genesis-identity.ts"

/** The top-level map that holds the document. Other top-level types travel along but are not part of its value. */
export const rootName = "root"

/** How Yjs numbers its shared types in updates. A counter is a map of what each identity has counted. */
const typeRefs: Readonly<Record<ContainerKind, number>> = { list: 0, map: 1, text: 2, counter: 1 }

/** Content is a shared type (7) and there is a map key (32); no origins. */
const typeUnderKey = 0x27

/**
 * The genesis of one container as a Yjs V1 update: one item, clock 0, under the container's identity. Written by hand
 * and not by Yjs, so that the bytes cannot change with its version.
 */
export function genesisUpdate(container: ContainerRef): Uint8Array {
  const parent = container.path.slice(0, -1)
  const out = new ByteWriter()
  out.varUint(1)
  out.varUint(1)
  out.varUint(genesisIdentity(container))
  out.varUint(0)
  out.u8(typeUnderKey)
  if (parent.length === 0) {
    out.varUint(1)
    out.varString(rootName)
  } else {
    out.varUint(0)
    out.varUint(genesisIdentity({ path: parent, kind: "map" }))
    out.varUint(0)
  }
  out.varString(container.path.at(-1) ?? "")
  out.varUint(typeRefs[container.kind])
  out.varUint(0)
  return out.finish()
}
