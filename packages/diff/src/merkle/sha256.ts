/**
 * SHA-256 as the platform provides it. Must return 32 bytes, and must neither keep nor change `bytes`, which the caller
 * reuses. The result is copied, so it may be a view into something larger.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array
