export type { CallAnswer, CallInit, QdrantApi, QdrantClientLike } from "./client/qdrant-api.ts"
export { type QdrantAliasOptions, type QdrantPublishOptions, qdrantAliases } from "./qdrant-aliases.ts"
export type { QdrantCollectionOptions, QdrantSinkOptions } from "./qdrant-options.ts"
export { qdrantSink } from "./qdrant-sink.ts"
