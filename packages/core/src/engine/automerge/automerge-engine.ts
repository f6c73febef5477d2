import type { Engine } from "../engine.ts"
import { AutomergeDocument } from "./automerge-document.ts"
import { genesisChange } from "./genesis.ts"
import { type LoadWasm, loadWasm } from "./load-wasm.ts"

/** What {@link automerge} can be given. */
export interface AutomergeOptions {
  /**
   * Loads Automerge's WebAssembly where the bundler cannot: `() => initializeWasm(url)`, with `initializeWasm` of
   * `@automerge/automerge/slim`. Default: `import("@automerge/automerge")`, whose entry for the platform does it.
   */
  readonly load?: LoadWasm
}

/**
 * Documents in Automerge 3. The value is the whole document.
 *
 * Automerge is WebAssembly, which is loaded by `ready`: `openReplica` waits for it. Whoever uses the engine without a
 * replica awaits `ready` before `open`.
 *
 * Identities are actor ids of 8 bytes, the highest bit set; those of 4 bytes with the highest bit clear are geneses.
 * An update is one change, not compressed; a snapshot is a saved document. See `packages/core/SPEC.md`, rules AM.
 */
export function automerge({ load }: AutomergeOptions = {}): Engine {
  return {
    name: "automerge",
    ready: () => loadWasm(load),
    createIdentity: random => {
      const identity = random.bytes(8)
      identity[0] = (identity[0] ?? 0) | 0x80
      return identity
    },
    open: options => new AutomergeDocument(options),
    genesis: container => genesisChange(container).bytes
  }
}
