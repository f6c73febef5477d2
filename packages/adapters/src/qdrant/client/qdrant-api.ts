/** What a call is given beside its arguments. */
export interface CallInit {
  readonly signal?: AbortSignal
}

/** What a call gives. */
export interface CallAnswer {
  readonly data: unknown
}

/** What is used of `QdrantClient.api()` of `@qdrant/js-client-rest`: each call is one request. */
export interface QdrantApi {
  root(args: object, init?: CallInit): Promise<CallAnswer>
  getCollections(args: object, init?: CallInit): Promise<CallAnswer>
  getCollection(args: object, init?: CallInit): Promise<CallAnswer>
  createCollection(args: object, init?: CallInit): Promise<CallAnswer>
  deleteCollection(args: object, init?: CallInit): Promise<CallAnswer>
  createFieldIndex(args: object, init?: CallInit): Promise<CallAnswer>
  deleteFieldIndex(args: object, init?: CallInit): Promise<CallAnswer>
  getCollectionsAliases(args: object, init?: CallInit): Promise<CallAnswer>
  updateAliases(args: object, init?: CallInit): Promise<CallAnswer>
  batchUpdate(args: object, init?: CallInit): Promise<CallAnswer>
  getPoints(args: object, init?: CallInit): Promise<CallAnswer>
  scrollPoints(args: object, init?: CallInit): Promise<CallAnswer>
  countPoints(args: object, init?: CallInit): Promise<CallAnswer>
  queryPoints(args: object, init?: CallInit): Promise<CallAnswer>
}

/** A `QdrantClient` of `@qdrant/js-client-rest`, as far as it is used here. */
export interface QdrantClientLike {
  api(): QdrantApi
}
