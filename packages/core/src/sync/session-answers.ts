import { equalBytes } from "../codec/hex.ts"
import type { LogEnd } from "../store/store.ts"
import { combinedRoot, summarizeUnits } from "./combined-root.ts"
import type { DocumentId } from "../document/document-id.ts"
import type { CursorClaim, HelloFrame, StandingEntry } from "./frame.ts"
import { digestBytes, oldestProtocol, protocolVersion } from "./frame.ts"
import type { ResumeMemory } from "./resume-memory.ts"
import type { EventOf } from "./sync-event.ts"
import type { PeerCursor, SyncHost, UnitRoot } from "./sync-host.ts"
import type { SyncLimits } from "./sync-limits.ts"
import type { Gate, LinkGrant } from "./link-grant.ts"
import { equalScopes } from "./sync-scope.ts"
import { shortened } from "./version-entries.ts"
import { versionsEntrySize } from "./versions-codec.ts"

/** Our hello. Its roots must be no older than `end`: a cursor to that end then never claims too much. */
export function makeHello(
  host: SyncHost,
  end: LogEnd,
  settings: {
    readonly grant: LinkGrant
    readonly units: readonly UnitRoot[]
    readonly limits: SyncLimits
    readonly credentials: Uint8Array | undefined
  }
): HelloFrame {
  const { credentials, units } = settings
  const { read, write, id } = settings.grant
  const { maxFrameBytes, windowBytes, maxPayloadBytes } = settings.limits
  return {
    kind: "hello",
    minProtocol: oldestProtocol,
    maxProtocol: protocolVersion,
    epoch: host.epoch,
    actor: host.actor,
    root: combinedRoot(summarizeUnits(units)),
    end,
    maxFrameBytes,
    windowBytes,
    maxPayloadBytes,
    scope: read,
    ...(credentials === undefined ? {} : { credentials }),
    ...(write === "all" || equalScopes(read, write) ? {} : { write }),
    ...(id === undefined ? {} : { grantId: id })
  }
}

/** What we claim to have of the peer's log: the durable cursor, and how far a broken catch-up from there came. */
export function claimOf(saved: PeerCursor, { scanned }: ResumeMemory): CursorClaim {
  const continues = scanned?.epoch === saved.epoch && scanned.base === saved.position
  return {
    position: saved.position,
    hash: saved.logHash,
    scanned: continues ? scanned.scanned : saved.position
  }
}

/** Whether a claim names a place in our log. */
export async function checkCursor(host: SyncHost, claim: CursorClaim): Promise<EventOf<"cursor-checked">> {
  const hash = claim.position > host.end.position ? undefined : await host.logHashAt(claim.position)
  return { kind: "cursor-checked", valid: hash !== undefined && equalBytes(hash, claim.hash) }
}

/** How documents stand here that the peer asks about: as many of the first ones as fit a frame. */
export async function standingOf(
  host: SyncHost,
  gate: Gate,
  documents: readonly DocumentId[],
  maxBytes: number
): Promise<EventOf<"looked-up">> {
  const entries: (StandingEntry | undefined)[] = []
  let bytes = 0
  for (const document of documents) {
    const ours = gate.reads(document) ? await host.entry(document) : undefined
    const entry = ours === undefined ? undefined : { ...shortened(ours, maxBytes), digest: ours.digest }
    bytes += entry === undefined ? 1 : digestBytes + 1 + versionsEntrySize(entry)
    if (bytes > maxBytes && entries.length > 0) break
    entries.push(entry)
  }
  return { kind: "looked-up", entries }
}

/** The combined root with the end of the log it stands for; `root-stale` when the log moved on meanwhile. */
export async function takeRoot(
  host: SyncHost,
  roots: () => Promise<readonly UnitRoot[]>
): Promise<EventOf<"root-ready" | "root-stale">> {
  const { end } = host
  const root = combinedRoot(summarizeUnits(await roots()))
  return host.end.position === end.position ? { kind: "root-ready", root, end } : { kind: "root-stale" }
}
