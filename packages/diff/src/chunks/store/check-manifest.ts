import { isBytes } from "../../argument/is-bytes.ts"
import { diffError } from "../../error/diff-error.ts"
import { MOST_CHUNK_BYTES } from "../chunker-options.ts"
import { ID_BYTES } from "./chunk-id.ts"
import { MOST_HEIGHT } from "./manifest-node.ts"

const ID = new RegExp(`^[0-9a-f]{${2 * ID_BYTES}}$`)

/**
 * Throws `blob-damaged` for a manifest that no blob has. One that came in a message may hold anything, and its root goes to
 * stores, which may make a path of it.
 */
export function checkManifest(manifest: unknown): void {
  if (isBytes(manifest)) throw damaged("is bytes: read it with decodeManifest first")
  if (typeof manifest !== "object" || manifest === null) throw damaged("is no object")
  // Not copied: what decoders of messages make may have its members on a class.
  const { length, hash, height, root } = manifest as Readonly<Record<string, unknown>>
  if (!isId(hash) || !isId(root)) throw damaged(`has a hash or root that is not ${2 * ID_BYTES} hex digits`)
  if (!isWhole(length, Number.MAX_SAFE_INTEGER)) throw damaged("has a length that is no number of bytes")
  if (!isWhole(height, MOST_HEIGHT)) throw damaged(`has a height that is not 0 to ${MOST_HEIGHT}`)
  if (height === 0 && !isWhole(length, MOST_CHUNK_BYTES))
    throw damaged(`stands for one chunk of more than ${MOST_CHUNK_BYTES} bytes`)
}

function isId(value: unknown): boolean {
  return typeof value === "string" && ID.test(value)
}

function isWhole(value: unknown, most: number): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most
}

function damaged(problem: string): Error {
  return diffError("blob-damaged", `the manifest ${problem}; pass one as storeBlob or decodeManifest gave it`)
}
