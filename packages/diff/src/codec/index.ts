export type { CompressionEffort, CompressionMethod } from "../platform/compression-method.ts"
export type { CodecLimits } from "./codec-limits.ts"
export { type EnvelopeOptions, envelopeMethods } from "./envelope.ts"
export { pack, unpack } from "./pack.ts"
