/** What servers last said about when to come back. */
export interface RetryAfter {
  /** The longest pause asked for since this was last called, in milliseconds. */
  takeMs(): number | undefined
  close(): void
}

/** What `node:diagnostics_channel` hands over. */
interface ReceivedHeaders {
  readonly request?: { readonly path?: string }
  readonly response?: {
    readonly statusCode?: number
    readonly headers?: readonly unknown[]
  }
}

interface Host {
  readonly process?: { getBuiltinModule?(name: "node:diagnostics_channel"): DiagnosticsChannel }
}

interface DiagnosticsChannel {
  subscribe(name: string, listener: (message: unknown) => void): void
  unsubscribe(name: string, listener: (message: unknown) => void): void
}

/** Documented by undici, through which the client talks. */
const channelName = "undici:request:headers"

/**
 * Reads `retry-after` of answers with status 429 off the wire, because the client hands on the first character of it only (30 seconds become 3). Where
 * there is nothing to read it from, in browsers, pauses are as if none had been asked for.
 */
export function watchRetryAfter(nowMs: () => number): RetryAfter {
  const channels = (globalThis as unknown as Host).process?.getBuiltinModule?.("node:diagnostics_channel")
  let askedMs: number | undefined
  const listener = (message: unknown): void => {
    const { request, response } = message as ReceivedHeaders
    // The channel has the answers of all servers that this process talks to.
    if (response?.statusCode !== 429 || request?.path?.includes("/collections/") !== true) return
    const header = headerOf(response.headers ?? [])
    const pauseMs = header === undefined ? undefined : toPauseMs(header, nowMs())
    if (pauseMs !== undefined) askedMs = Math.max(askedMs ?? 0, pauseMs)
  }
  channels?.subscribe(channelName, listener)
  return {
    takeMs: () => {
      const taken = askedMs
      askedMs = undefined
      return taken
    },
    close: () => channels?.unsubscribe(channelName, listener)
  }
}

/** Names and values in turn, as bytes or as text. */
function headerOf(headers: readonly unknown[]): string | undefined {
  for (let i = 0; i + 1 < headers.length; i += 2)
    if (String(headers[i]).toLowerCase() === "retry-after") return String(headers[i + 1])
  return undefined
}

/** Seconds, or a date (RFC 9110, section 10.2.3). */
export function toPauseMs(header: string, nowMs: number): number | undefined {
  const text = header.trim()
  if (/^\d{1,9}$/.test(text)) return 1_000 * Number(text)
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
