import type { Engine } from "../engine.ts"
import { genesisUpdate } from "./genesis.ts"
import { readyFootprints, YjsDocument } from "./yjs-document.ts"

/**
 * Documents in Yjs 13. The value is the map `root` of the `Y.Doc`; other top-level types travel along in commits but
 * are not part of it.
 *
 * Identities are clientIDs, 4 bytes big-endian, from 2³¹ to 2³²; those below are geneses. Updates are in the V1 format
 * (a keystroke takes about 20 bytes), snapshots in V2, to be compressed by whoever stores them. Garbage collection is
 * on. See `packages/core/SPEC.md`, rules YJ.
 */
export function yjs(): Engine {
  return {
    name: "yjs",
    readyFootprints,
    createIdentity: random => {
      const identity = random.bytes(4)
      identity[0] = (identity[0] ?? 0) | 0x80
      return identity
    },
    open: options => new YjsDocument(options),
    genesis: genesisUpdate
  }
}
