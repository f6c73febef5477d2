import { diffError } from "../../error/diff-error.ts"

/** What the WebAssembly of `mixing/assembly` exports; see there. Addresses are byte offsets into `memory`. */
export interface MixingExports {
  readonly memory: { readonly buffer: ArrayBuffer }
  start(oldLength: number, nextLength: number, codedBytes: number, reach: number, rowBits: number): number
  oldAddress(): number
  codedAddress(): number
  outputAddress(): number
  startReading(): void
  codeLiteralCount(value: number): number
  codeCopyStart(from: number): number
  startRun(literals: number): number
  roomFor(literals: number): number
  codeLiterals(literals: number): void
  codeCopyLength(length: number): number
  pendingBytes(): number
  drain(): number
  finishEncoding(): void
  missingBytes(): number
}

/** What it calls: it asks for block after block of the old version, as it needs them. */
export interface MixingImports {
  readonly old: { copyBlock(block: number): void }
}

/** Bytes of a block of the old version; `BLOCK_BITS` in `mixing/assembly/versions.as`. */
export const OLD_BLOCK_BYTES: number = 2 ** 12

// Neither the language's library nor Node's types know it.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>
  instantiate(module: object, imports: MixingImports): Promise<{ readonly exports: object }>
}

let compiled: Promise<object> | undefined

/**
 * A machine of its own for one encoding or decoding: memory is never shared, and released with it.
 *
 * @throws SynclineError `binary-unsupported` if its code cannot be loaded or is forbidden, or memory does not suffice. What failed is
 * tried again by the next call.
 */
export async function openMixingModule(imports: MixingImports): Promise<MixingExports> {
  try {
    compiled ??= compile()
    const instance = await WebAssembly.instantiate(await compiled, imports)
    return instance.exports as MixingExports
  } catch (cause) {
    compiled = undefined
    throw diffError(
      "binary-unsupported",
      "the coder of level small cannot be run here, its cause says why: try again, or ask for deltas without mixing",
      {},
      cause
    )
  }
}

// Loaded on first use, and compiled once.
async function compile(): Promise<object> {
  const { mixingWasm } = await import("./mixing-wasm.ts")
  return WebAssembly.compile(Uint8Array.from(atob(mixingWasm), char => char.charCodeAt(0)))
}
