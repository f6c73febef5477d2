import type { DocumentId } from "../document/document-id.ts"
import type { HelloFrame } from "../sync/frame.ts"
import type { SyncHost } from "../sync/sync-host.ts"
import type { SyncLimits } from "../sync/sync-limits.ts"
import { coreError } from "../errors/core-error.ts"
import { accountLimit } from "../sync/intake-accounts.ts"
import { syncLimits } from "../sync/sync-limits.ts"
import type { Admission } from "../sync/session-grant.ts"
import { type LinkGrant, grantIdOf } from "../sync/link-grant.ts"
import { intersectScopes, syncScope } from "../sync/sync-scope.ts"
import type { Authorize, Grant } from "./authorization.ts"
import type { Link } from "./link.ts"
import { LinkSession } from "./link-session.ts"
import type { Connection } from "./transport.ts"
import { UnfinishedUploads } from "./unfinished-uploads.ts"

/** How a connection is accepted. */
export interface AcceptOptions {
  /** For messages. Default `accepted`. */
  readonly name?: string
  /** Decides who is let in, and to what. Default: everybody, to everything the link's creator asks for. */
  readonly authorize?: Authorize
  readonly limits?: Partial<SyncLimits>
}

/** By replica: what connections broke off with. */
const uploads = new WeakMap<SyncHost, UnfinishedUploads>()

/** Links a replica to whoever made this connection. The link lives as long as the connection. */
export function acceptLink(host: SyncHost, connection: Connection, options: AcceptOptions = {}): Link {
  const limits = syncLimits(options.limits)
  const unfinished = uploads.get(host) ?? new UnfinishedUploads(host.ports.time)
  uploads.set(host, unfinished)
  const link = new LinkSession(host, {
    name: options.name ?? "accepted",
    role: "acceptor",
    limits,
    scope: "all",
    credentials: async () => undefined,
    admit: hello => admit(hello, options.authorize, host, limits),
    partialOf: applicant => unfinished.of(applicant)
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
  host: SyncHost,
  limits: SyncLimits
): Promise<Admission> {
  if (authorize === undefined) return { grant: { read: "all", write: "all" } }
  const { epoch, actor, scope, credentials } = hello
  try {
    const answer = await authorize({
      epoch,
      actor,
      scope,
      ...(credentials === undefined ? {} : { credentials })
    })
    if ("refused" in answer) return { closed: { reason: "unauthorized", message: textOf(answer.refused) } }
    const expiresAt = checkEnd(answer)
    if (expiresAt !== undefined && expiresAt <= host.ports.time.nowMs()) {
      warnOfSeconds(expiresAt, host)
      return { closed: { reason: "expired", message: "the credentials hold no longer" } }
    }
    const { account } = answer
    const intake = account === undefined ? undefined : accountLimit(host, account, limits)
    return { grant: linkGrant(answer, host), expiresAt, intake }
  } catch (error) {
    host.ports.logger.warn("authorize failed; the peer is not let in, and may try again", {
      message: error instanceof Error ? error.message : String(error)
    })
    // Why it failed is nobody's business out there.
    return { closed: { reason: "internal", message: "credentials could not be checked" } }
  }
}

/** For callers without a type checker. */
function textOf(reason: unknown): string {
  return typeof reason === "string" ? reason : "no reason given"
}

/** @throws SynclineError `options-invalid` for what is no time. */
function checkEnd({ expiresAt }: Grant): number | undefined {
  // An infinite one is none.
  if (expiresAt === undefined || expiresAt === Infinity) return undefined
  if (typeof expiresAt !== "number" || Number.isNaN(expiresAt))
    throw coreError(
      "options-invalid",
      `expiresAt is ${String(expiresAt)}; give milliseconds since 1970 (for the exp of a token: exp * 1000), or leave it out`
    )
  return expiresAt
}

/** The `exp` of a token is in seconds. Taken for milliseconds it was over in 1970, so that nobody gets in, and nobody is told why. */
function warnOfSeconds(expiresAt: number, { ports }: SyncHost): void {
  if (expiresAt * 1000 <= ports.time.nowMs()) return
  ports.logger.warn("authorize gave an expiresAt that reads as seconds; give milliseconds, as exp * 1000", {
    expiresAt
  })
}

/** What an application answered, in the form that is enforced. */
function linkGrant(
  { read: paths, write = paths, documents: rule }: Grant,
  { epoch, ports }: SyncHost
): LinkGrant {
  const read = syncScope(paths)
  const grant = { read, write: write === paths ? read : intersectScopes(read, syncScope(write)) }
  if (rule === undefined) return grant
  // A rule that fails, or does not say true, lets nobody do anything.
  const asked = (may: (document: DocumentId) => boolean) => (document: DocumentId) => {
    try {
      // A promise is no answer: taken as one, it would let everybody in.
      const answer: unknown = may(document)
      return answer === true
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      ports.logger.warn("a rule about documents failed; it counts as a refusal", { rule: rule.name, message })
      return false
    }
  }
  const checked = {
    name: rule.name,
    mayRead: asked(document => rule.mayRead(document)),
    mayWrite: asked(document => rule.mayWrite(document))
  }
  return { ...grant, rule: checked, id: grantIdOf(epoch, rule) }
}
