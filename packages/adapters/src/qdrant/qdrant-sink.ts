import { type Sink, Sealer, type SinkContext } from "@syncline/core"
import { loadClient } from "./client/load-client.ts"
import { QdrantRequests } from "./client/qdrant-requests.ts"
import { watchRetryAfter } from "./client/retry-after.ts"
import { abilitiesOf } from "./client/server-version.ts"
import { pointNamespace } from "./points/point-id.ts"
import { type QdrantSettings, type QdrantSinkOptions, qdrantSettings } from "./qdrant-options.ts"
import { QdrantSinkSession } from "./qdrant-sink-session.ts"
import { type SinkPlace, within } from "./records/sink-place.ts"
import { prepareCollections } from "./schema/prepare-collections.ts"
import { FactsStore } from "./schema/sink-facts.ts"
import { recordsCollection, tableCollections, tenantField } from "./schema/table-collection.ts"
import { WatermarkStore } from "./schema/watermark-store.ts"

/**
 * A sink in a Qdrant server, 1.15 or newer, through `@qdrant/js-client-rest`: a collection for each table, whose points are its rows, and
 * `syncline_records` with the bookkeeping. Payloads have the names of the columns, so that any client of Qdrant can search and filter them.
 *
 * From 1.16 on, points are written, and deleted, on the condition that what is there is older (`guarantees.writes` is `conditional`): any number of replicas may write
 * to one sink. An older server knows no conditions; there, records are compared before they are written, and of two writers at the same moment the
 * later one wins (`last-write`).
 *
 * Requests that got no answer are sent again, up to `attempts` times. When the sink is closed, those under way are given up; whether the server still
 * does them is left to it, and takes nothing from what is written since.
 *
 * A server that cannot be reached does not keep the replica from opening: the sink is tried again in the background, and `replica.sink(name).status`
 * says why.
 *
 * @throws SynclineError `options-invalid`, `projection-invalid`.
 */
export function qdrantSink(options: QdrantSinkOptions): Sink {
  const settings = qdrantSettings(options)
  return { name: settings.name, open: context => open(settings, options, context) }
}

async function open(
  settings: QdrantSettings,
  { url = "", apiKey, client }: QdrantSinkOptions,
  context: SinkContext
): Promise<QdrantSinkSession> {
  const { ports } = context
  const used = client ?? (await loadClient({ url, ...(apiKey !== undefined && { apiKey }) }))
  const retryAfter = watchRetryAfter(() => ports.time.nowMs())
  const requests = new QdrantRequests(used.api(), settings, ports, retryAfter)
  try {
    return await openSession(settings, requests, context)
  } catch (error) {
    requests.close()
    throw error
  }
}

async function openSession(
  settings: QdrantSettings,
  requests: QdrantRequests,
  context: SinkContext
): Promise<QdrantSinkSession> {
  const { version } = await requests.send<{ readonly version?: unknown }>("asking the server", (api, init) =>
    api.root({}, init)
  )
  const { conditions, updateOnly } = abilitiesOf(version)
  const records = recordsCollection(settings)
  const namespace = pointNamespace(records, settings.tenant)
  const tenant = settings.tenant === undefined ? {} : { [tenantField]: settings.tenant }
  const tables = tableCollections(settings)
  const bookkeeping = { requests, collection: records, namespace, tenant, conditions }
  const store = new FactsStore({ ...bookkeeping, sink: settings.name })
  const { facts, limits } = await prepareCollections({ requests, settings, tables, store })
  const watermarks = new WatermarkStore(bookkeeping)
  const watermark = await watermarks.load(context.epoch, facts)
  const sealer = new Sealer(context.sealKey)
  const place = {
    settings,
    requests,
    sealer,
    tables,
    records,
    namespace,
    tenant,
    conditions,
    updateOnly,
    limits
  }
  const inherited = watermark === undefined && (await hasRecords(place))
  return new QdrantSinkSession({ place, context, store, facts, watermarks, watermark, inherited })
}

async function hasRecords(place: SinkPlace): Promise<boolean> {
  const filter = { ...within(place), must_not: [{ is_empty: { key: "document" } }] }
  const { points } = await place.requests.scroll(place.records, { filter, payload: false }, 1)
  return points.length > 0
}
