export { BloomFilter, type BloomLimits, type BloomOptions } from "./bloom-filter.ts"
