/** Compressors a runtime may have: raw DEFLATE (RFC 1951), Brotli (RFC 7932), Zstandard (RFC 8878). */
export type CompressionMethod = "deflate" | "brotli" | "zstd"

/** How much time to spend: `fast` compresses hundreds of megabytes a second, `best` as few as one. */
export type CompressionEffort = "fast" | "best"
