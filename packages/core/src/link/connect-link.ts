import type { SyncHost } from "../sync/sync-host.ts"
import type { SyncLimits } from "../sync/sync-limits.ts"
import { syncLimits } from "../sync/sync-limits.ts"
import { type Paths, syncScope } from "../sync/sync-scope.ts"
import { coreError } from "../errors/core-error.ts"
import type { BackoffOptions } from "./backoff.ts"
import { defaultBackoff } from "./backoff.ts"
import type { Link } from "./link.ts"
import { LinkRunner } from "./link-runner.ts"
import { LinkSession } from "./link-session.ts"
import type { Transport } from "./transport.ts"

/** What somebody shows of itself, or what fetches it. One that fails ends the attempt; the link tries again. */
export type Credentials = Uint8Array | (() => Uint8Array | Promise<Uint8Array>)

/** How a link is dialed. */
export interface ConnectOptions {
  /** Collections (`notes`), prefixes (`notes/team-a/`) and documents (`notes/plan`) to sync; default all. */
  readonly scope?: Paths
  /**
   * Shown to the other side, which decides by them; a function is called before each attempt to connect (somebody may have to log in: there
   * is no connection meanwhile, and `status` is `connecting`), and whenever the other side wants newer ones. Sent in the clear: use a transport that encrypts. At most 8 KiB.
   */
  readonly credentials?: Credentials
  readonly limits?: Partial<SyncLimits>
  readonly backoff?: Partial<BackoffOptions>
  /** How long the transport may take to make a connection; a later one is closed. Default 15 s. */
  readonly connectTimeoutMs?: number
  /** How long `credentials` may take before an attempt to connect is given up, and made anew later. Default 5 min. */
  readonly credentialsTimeoutMs?: number
}

/** The hello must fit the other side's limit for strangers, beside everything else in it. */
const maxCredentialBytes = 8 * 1024

/**
 * Links a replica to another one through a transport, now and whenever the connection can be had again, until closed.
 *
 * @throws SynclineError `options-invalid` for what is no transport, and for credentials that are no bytes, `codec-limit` for more than 8 KiB of them, `document-id-invalid` for an impossible path.
 */
export function connectLink(host: SyncHost, transport: Transport, options: ConnectOptions = {}): Link {
  const { credentials } = options
  checkTransport(transport)
  if (typeof credentials !== "function") checkCredentials(credentials)
  const link = new LinkSession(host, {
    name: transport.name,
    ...(transport.transient === true ? {} : { rememberedAs: transport.name }),
    role: "dialer",
    limits: syncLimits(options.limits),
    scope: syncScope(options.scope ?? "all"),
    admit: async () => ({
      closed: { reason: "unauthorized", message: "only the side that was dialed admits" }
    }),
    credentials: async () => {
      const shown = typeof credentials === "function" ? await credentials() : credentials
      checkCredentials(shown)
      return shown
    }
  })
  const backoff = { ...defaultBackoff, ...options.backoff }
  const { connectTimeoutMs = 15_000, credentialsTimeoutMs = 300_000 } = options
  new LinkRunner(link, transport, host.ports, backoff, { connectTimeoutMs, credentialsTimeoutMs }).start()
  return link
}

/** For callers without a type checker, who may give the address: it would be dialed for ever, and fail each time. */
function checkTransport(transport: unknown): void {
  const connect: unknown =
    typeof transport === "object" && transport !== null && Reflect.get(transport, "connect")
  if (typeof connect === "function") return
  const given = typeof transport === "string" ? `"${transport}"` : typeof transport
  throw coreError(
    "options-invalid",
    `connect needs a transport, such as webSocketTransport(url), not ${given}`
  )
}

function checkCredentials(credentials: unknown): void {
  if (credentials === undefined) return
  if (!(credentials instanceof Uint8Array))
    throw coreError(
      "options-invalid",
      `credentials are ${typeof credentials}, not bytes; encode text with new TextEncoder().encode(token)`
    )
  if (credentials.length > maxCredentialBytes)
    throw coreError(
      "codec-limit",
      `credentials of ${credentials.length} bytes, more than the ${maxCredentialBytes} a greeting holds`
    )
}
