import { sha256 } from "#platform"
import type { ContainerRef } from "../document/operation.ts"

/** Identities below this are reserved for genesis; ordinary ones are drawn from here to 2³². */
export const firstOrdinaryIdentity: number = 2 ** 31

// Versioned, and no other hash of the project begins so: a change of the formula must never meet old bytes unnoticed.
const domain = "syncline genesis 1"

/**
 * The 31-bit identity under which the genesis of a predefined container is made: a hash of its path and
 * kind, the same in every engine, on every machine and for ever.
 */
export function genesisIdentity({ path, kind }: ContainerRef): number {
  // JSON separates and escapes the keys, so that no two (path, kind) give the same text.
  const digest = sha256(new TextEncoder().encode(JSON.stringify([domain, kind, ...path])))
  return new DataView(digest.buffer, digest.byteOffset).getUint32(0) & 0x7fffffff
}
