import type { Engine } from "../engine.ts"
import { AutomergeDocument } from "./automerge-document.ts"
import { genesisChange } from "./genesis.ts"

/**
 * Documents in Automerge 3. The value is the whole document.
 *
 * Identities are actor ids of 8 bytes, the highest bit set; those of 4 bytes with the highest bit clear are geneses.
 * An update is one change, not compressed; a snapshot is a saved document. See `packages/core/SPEC.md`, rules AM.
 */
export function automerge(): Engine {
  return {
    name: "automerge",
    createIdentity: random => {
      const identity = random.bytes(8)
      identity[0] = (identity[0] ?? 0) | 0x80
      return identity
    },
    open: options => new AutomergeDocument(options),
    genesis: container => genesisChange(container).bytes
  }
}
