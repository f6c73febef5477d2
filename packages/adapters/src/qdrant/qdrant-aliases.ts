import { coreError, systemPorts } from "@syncline/core"
import { loadClient } from "./client/load-client.ts"
import { QdrantRequests } from "./client/qdrant-requests.ts"
import { watchRetryAfter } from "./client/retry-after.ts"
import { positive, type QdrantSinkOptions } from "./qdrant-options.ts"

/** Which server, and which aliases lead where. */
export interface QdrantAliasOptions
  extends Pick<QdrantSinkOptions, "url" | "apiKey" | "client" | "timeoutMs" | "attempts"> {
  /**
   * By sink: the full name of a collection (with the sink's prefix) for each alias. Give each sink the same aliases. An alias cannot have the
   * name of a collection.
   */
  readonly aliases: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** How to give up. */
export interface QdrantPublishOptions {
  /** Ends the waiting. What the server has got by then it may still do. */
  readonly signal?: AbortSignal
}

/**
 * For `publish` of a migration between two Qdrant sinks: has the aliases that other clients search by lead to the collections of the sink that
 * serves. It is looked first whether these are there, for the server does one change after the other, and takes none back. Then all of them change in one request,
 * without a moment in between for a search; then they are read, and whether they lead there decides, whatever became of the answer.
 *
 * ```typescript
 * publish: qdrantAliases({ url, aliases: { small: { notes: "small_notes" }, large: { notes: "large_notes" } } })
 * ```
 *
 * The function throws SynclineError `options-invalid` for a sink that is not named in `aliases` and an alias that has the name of a collection, `sink-failed` where a collection is missing, they lead
 * elsewhere afterwards or the server gives no answer, `aborted` once the signal fires, and what its sink would for a server that does not do it.
 *
 * @throws SynclineError `options-invalid` for a number that is none, and where there are no aliases at all, or none for a sink that is named.
 */
export function qdrantAliases(
  options: QdrantAliasOptions
): (serving: string, publishing?: QdrantPublishOptions) => Promise<void> {
  const settings = {
    timeoutMs: positive("timeoutMs", options.timeoutMs ?? 30_000),
    attempts: positive("attempts", options.attempts ?? 5),
    consistency: undefined
  }
  const { url = "", apiKey, client, aliases } = options
  mustHaveAliases(aliases)
  return async (serving, { signal } = {}) => {
    const wanted = Object.hasOwn(aliases, serving) ? aliases[serving] : undefined
    if (wanted === undefined)
      throw coreError(
        "options-invalid",
        `there are no aliases for sink "${serving}", only for ${Object.keys(aliases).join(", ") || "none"}`
      )
    const used = client ?? (await loadClient({ url, ...(apiKey !== undefined && { apiKey }) }))
    const ports = systemPorts()
    const retryAfter = watchRetryAfter(() => ports.time.nowMs())
    const requests = new QdrantRequests(used.api(), settings, ports, retryAfter)
    const close = (): void => requests.close()
    signal?.addEventListener("abort", close, { once: true })
    try {
      if (signal?.aborted === true) close()
      await point(requests, serving, wanted)
    } catch (cause) {
      if (signal?.aborted !== true) throw cause
      throw coreError(
        "aborted",
        `pointing the aliases at the collections of sink ${serving} was given up by its signal; what the server has of it, it may still do`,
        { cause }
      )
    } finally {
      signal?.removeEventListener("abort", close)
      close()
    }
  }
}

/** A cutover that finds out that there is nothing to point at comes too late. */
function mustHaveAliases(aliases: unknown): void {
  const sinks: readonly (readonly [string, unknown])[] =
    typeof aliases === "object" && aliases !== null ? Object.entries(aliases) : []
  if (sinks.length === 0)
    throw coreError(
      "options-invalid",
      "qdrantAliases needs `aliases`: for each sink by its name, which alias leads to which collection"
    )
  const empty = sinks.find(([, each]) => typeof each !== "object" || Object.keys(each ?? {}).length === 0)
  if (empty !== undefined)
    throw coreError(
      "options-invalid",
      `qdrantAliases has no alias for sink "${empty[0]}"; name one, such as { notes: "small_notes" }`
    )
}

async function point(
  requests: QdrantRequests,
  serving: string,
  wanted: Readonly<Record<string, string>>
): Promise<void> {
  const doing = `pointing the aliases at the collections of sink ${serving}`
  await mustBeThere(requests, doing, wanted)
  // Takes the place of what the alias leads to. Deleted first, it would lead nowhere should the rest fail.
  const actions = Object.entries(wanted).map(([alias, collection]) => ({
    create_alias: { alias_name: alias, collection_name: collection }
  }))
  const failure = await requests
    .send(doing, (api, init) => api.updateAliases({ actions }, init))
    .then(
      () => undefined,
      (error: unknown) => ({ error })
    )
  const found = await aliasesOf(requests).catch((error: unknown) => {
    throw failure === undefined ? error : failure.error
  })
  const astray = Object.entries(wanted).find(([alias, collection]) => found.get(alias) !== collection)
  if (astray === undefined) return
  if (failure !== undefined) throw failure.error
  const [alias, collection] = astray
  throw coreError(
    "sink-failed",
    `${doing} was done by the server, but alias "${alias}" leads to ${found.get(alias) ?? "nothing"} instead of ${collection}; see who else changes it, and try again`
  )
}

async function mustBeThere(
  requests: QdrantRequests,
  doing: string,
  wanted: Readonly<Record<string, string>>
): Promise<void> {
  const { collections } = await requests.send<{ readonly collections: readonly { readonly name: string }[] }>(
    "listing the collections",
    (api, init) => api.getCollections({}, init)
  )
  const present = new Set(collections.map(({ name }) => name))
  const taken = Object.keys(wanted).find(alias => present.has(alias))
  if (taken !== undefined)
    throw coreError(
      "options-invalid",
      `${doing} was not begun: "${taken}" is the name of a collection; give the alias another`
    )
  const missing = Object.values(wanted).find(collection => !present.has(collection))
  if (missing !== undefined)
    throw coreError(
      "sink-failed",
      `${doing} was not begun: collection "${missing}" is not there; open its sink, which makes it, or name another`
    )
}

async function aliasesOf(requests: QdrantRequests): Promise<ReadonlyMap<string, string>> {
  const { aliases } = await requests.send<{
    readonly aliases: readonly { readonly alias_name: string; readonly collection_name: string }[]
  }>("reading the aliases", (api, init) => api.getCollectionsAliases({}, init))
  return new Map(aliases.map(each => [each.alias_name, each.collection_name]))
}
