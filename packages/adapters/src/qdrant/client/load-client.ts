import { coreError } from "@syncline/core"
import type { QdrantClientLike } from "./qdrant-api.ts"

/** Where a server is, and what it is told. */
export interface ServerAddress {
  readonly url: string
  readonly apiKey?: string
}

/** Qdrant's own, where a URL names none. */
const defaultPort = 6333

/**
 * A client for a server, loading `@qdrant/js-client-rest` when it is first needed, so that it stays an optional dependency.
 *
 * Without a timeout of its own, for that would take the place of the signals given here; and without its check of versions, which prints.
 *
 * @throws SynclineError `sink-failed` when it is not installed, `options-invalid` for a URL that is none.
 */
export async function loadClient({ url, apiKey }: ServerAddress): Promise<QdrantClientLike> {
  const { origin, port, path } = partsOf(url)
  const { QdrantClient } = await loadModule()
  return new QdrantClient({
    url: origin,
    port,
    ...(path !== "" && { prefix: path }),
    // By `apiKey` it would print a warning for every server reached without TLS, those on this machine included.
    ...(apiKey !== undefined && { headers: { "api-key": apiKey } }),
    timeout: Number.POSITIVE_INFINITY,
    checkCompatibility: false
  })
}

/** What is used of `@qdrant/js-client-rest`. */
interface QdrantModule {
  readonly QdrantClient: new (options: {
    readonly url: string
    readonly port: number
    readonly prefix?: string
    readonly headers?: Readonly<Record<string, string>>
    readonly timeout: number
    readonly checkCompatibility: boolean
  }) => QdrantClientLike
}

async function loadModule(): Promise<QdrantModule> {
  try {
    return await import("@qdrant/js-client-rest")
  } catch (cause) {
    throw coreError(
      "sink-failed",
      "@qdrant/js-client-rest does not load; install it with: npm install @qdrant/js-client-rest@1",
      { cause }
    )
  }
}

/** The client itself takes 6333 for the ports 80 and 443, which a parsed URL does not show, and passes over a path. */
function partsOf(url: string): { readonly origin: string; readonly port: number; readonly path: string } {
  const written = /^https?:\/\/(?:[^/?#@]*@)?(?:\[[^\]]*\]|[^/?#:]+)(?::(\d+))?([^?#]*)$/i.exec(url)
  if (written === null || !URL.canParse(url))
    throw coreError(
      "options-invalid",
      `"${url}" is no address of a Qdrant server; give one like http://127.0.0.1:6333`
    )
  const { protocol, hostname } = new URL(url)
  const port = written[1] === undefined ? defaultPort : Number(written[1])
  return { origin: `${protocol}//${hostname}:${port}`, port, path: (written[2] ?? "").replace(/\/+$/, "") }
}
