/**
 * The 8-byte id of a digest under a 16-byte key: `keyedId` of `@syncline/diff/set`. Tests put another in its place, so that
 * ids collide as often as an attacker could make them.
 */
export type NameDigest = (key: Uint8Array, digest: Uint8Array) => Uint8Array
