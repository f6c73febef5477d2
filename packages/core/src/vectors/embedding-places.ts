import type { Embedder } from "./embedder.ts"

/** Whose vectors are kept: those of one embedder's version, for the documents of one collection in one table. */
export interface EmbeddingOwner extends Pick<Embedder, "id" | "version"> {
  readonly collection: string
  readonly table: string
}

/** Where vectors lie in the store, by hash of their text. Owners with one embedder share them. */
export function vectorSpace({ id, version }: Pick<EmbeddingOwner, "id" | "version">): string {
  return `embedding/${id}/${version}`
}

/** Where the hashes lie of what each document of an owner had last. */
export function documentSpace(owner: EmbeddingOwner): string {
  return `embedded/${ownerKey(owner)}`
}

/** Names an owner. None of the parts may have a slash. */
export function ownerKey({ id, version, collection, table }: EmbeddingOwner): string {
  return [id, version, collection, table].join("/")
}

/** What `ownerKey` named; `undefined` for what it never gave. */
export function ownerOfKey(key: string): EmbeddingOwner | undefined {
  const [id, version, collection, table, ...more] = key.split("/")
  if (id === undefined || version === undefined || collection === undefined) return undefined
  return table === undefined || more.length > 0 ? undefined : { id, version, collection, table }
}
