export { BloomFilter, type BloomLimits, type BloomOptions } from "./bloom-filter.ts"
export type { BloomErrorCode } from "../error/bloom-error-code.ts"
