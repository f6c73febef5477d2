import { coreError } from "@syncline/core"
import { loadClient } from "./client/load-client.ts"
import { requestError } from "./client/request-failure.ts"
import type { QdrantSinkOptions } from "./qdrant-options.ts"

/** Which server, and which aliases lead where. */
export interface QdrantAliasOptions extends Pick<QdrantSinkOptions, "url" | "apiKey" | "client"> {
  /**
   * By sink: the full name of a collection (with the sink's prefix) for each alias. Give each sink the same aliases. An alias cannot have the
   * name of a collection.
   */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/**
 * For `publish` of a migration between two Qdrant sinks: has the aliases that other clients search by lead to the collections of the sink that
 * serves. All of them change in one request.
 *
 * ```typescript
 * publish: qdrantAliases({ url, aliases: { small: { notes: "small_notes" }, large: { notes: "large_notes" } } })
 * ```
 *
 * The function throws SynclineError `options-invalid` for a sink without aliases, and what its sink would for a server that does not do it.
 */
export function qdrantAliases({
  url = "",
  apiKey,
  client,
  aliases
}: QdrantAliasOptions): (serving: string) => Promise<void> {
  return async serving => {
    const wanted = aliases[serving]
    if (wanted === undefined)
      throw coreError(
        "options-invalid",
        `there are no aliases for sink "${serving}", only for ${Object.keys(aliases).join(", ") || "none"}`
      )
    const used = client ?? (await loadClient({ url, ...(apiKey !== undefined && { apiKey }) }))
    const actions = Object.entries(wanted).flatMap(([alias, collection]) => [
      { delete_alias: { alias_name: alias } },
      { create_alias: { alias_name: alias, collection_name: collection } }
    ])
    try {
      await used.api().updateAliases({ actions })
    } catch (cause) {
      throw requestError(cause, `pointing the aliases at the collections of sink ${serving}`)
    }
  }
}
