import type { HelloFrame } from "../sync/frame.ts"
import type { SyncHost } from "../sync/sync-host.ts"
import type { SyncLimits } from "../sync/sync-limits.ts"
import { syncLimits } from "../sync/sync-limits.ts"
import type { Admission } from "../sync/sync-session.ts"
import { syncScope } from "../sync/sync-scope.ts"
import type { Authorize } from "./authorization.ts"
import type { Link } from "./link.ts"
import { LinkSession } from "./link-session.ts"
import type { Connection } from "./transport.ts"

/** How a connection is accepted. */
export interface AcceptOptions {
  /** For messages. Default `accepted`. */
  readonly name?: string
  /** Decides who is let in, and to what. Default: everybody, to everything the link's creator asks for. */
  readonly authorize?: Authorize
  readonly limits?: Partial<SyncLimits>
}

/** Links a replica to whoever made this connection. The link lives as long as the connection. */
export function acceptLink(host: SyncHost, connection: Connection, options: AcceptOptions = {}): Link {
  const link = new LinkSession(host, {
    name: options.name ?? "accepted",
    role: "acceptor",
    limits: syncLimits(options.limits),
    scope: "all",
    admit: hello => admit(hello, options.authorize, host)
  })
  link.run(connection, closed => {
    link.report({ kind: "disconnected", closed })
    link.finish(closed)
  })
  return link
}

async function admit(
  hello: HelloFrame,
  authorize: Authorize | undefined,
  host: SyncHost
): Promise<Admission> {
  if (authorize === undefined) return { scope: "all" }
  const { epoch, actor, scope, credentials } = hello
  try {
    const answer = await authorize({
      epoch,
      actor,
      collections: scope,
      ...(credentials === undefined ? {} : { credentials })
    })
    return "refused" in answer ? answer : { scope: syncScope(answer.collections) }
  } catch (error) {
    host.ports.logger.warn("authorize failed; the peer is refused", {
      message: error instanceof Error ? error.message : String(error)
    })
    // Why it failed is nobody's business out there.
    return { refused: "credentials could not be checked" }
  }
}
