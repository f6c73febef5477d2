import { xxh32 } from "./xxh32.ts"

/** How long a check is. */
export const CHECK_BYTES = 4

/** Ties a packed patch to the canonical text it was made from: differs if either is another, but for one in 2 ** 32. */
export function changeCheck(base: Uint8Array, patch: Uint8Array): Uint8Array {
  const check = new DataView(new ArrayBuffer(CHECK_BYTES))
  check.setUint32(0, xxh32(base, xxh32(patch, 0)))
  return new Uint8Array(check.buffer)
}
