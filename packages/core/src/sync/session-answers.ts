import { ByteWriter } from "@syncline/clock/bytes"
import { sha256 } from "#platform"
import { equalBytes, toHex } from "../codec/hex.ts"
import type { LogEnd } from "../store/store.ts"
import { combinedRoot, summarizeUnits } from "./combined-root.ts"
import type { CursorClaim, HelloFrame } from "./frame.ts"
import { protocolVersion } from "./frame.ts"
import type { ResumeMemory } from "./resume-memory.ts"
import type { EventOf } from "./sync-event.ts"
import type { PeerCursor, SyncHost } from "./sync-host.ts"
import type { SyncLimits } from "./sync-limits.ts"
import type { SyncScope } from "./sync-scope.ts"

/** Our hello, with roots no older than `end`: a cursor to that end then never claims too much. */
export async function makeHello(
  host: SyncHost,
  end: LogEnd,
  settings: {
    readonly scope: SyncScope
    readonly limits: SyncLimits
    readonly credentials: Uint8Array | undefined
  }
): Promise<HelloFrame> {
  const { scope, credentials } = settings
  const { maxFrameBytes, windowBytes, maxPayloadBytes } = settings.limits
  return {
    kind: "hello",
    minProtocol: protocolVersion,
    maxProtocol: protocolVersion,
    epoch: host.epoch,
    actor: host.actor,
    root: combinedRoot(summarizeUnits(await host.unitRoots(), scope)),
    end,
    maxFrameBytes,
    windowBytes,
    maxPayloadBytes,
    scope,
    ...(credentials === undefined ? {} : { credentials })
  }
}

/** Under which name the cursor into a peer's log is kept. That of a narrower link must not serve a wider one. */
export function cursorName(epoch: string, scope: SyncScope): string {
  if (scope === "all") return epoch
  const writer = new ByteWriter()
  for (const part of ["syncline/scoped-cursor/1", epoch, ...scope]) writer.varString(part)
  return toHex(sha256(writer.finish()).subarray(0, 16))
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

/** The combined root with the end of the log it stands for; `root-stale` when the log moved on meanwhile. */
export async function takeRoot(
  host: SyncHost,
  scope: SyncScope
): Promise<EventOf<"root-ready" | "root-stale">> {
  const { end } = host
  const root = combinedRoot(summarizeUnits(await host.unitRoots(), scope))
  return host.end.position === end.position ? { kind: "root-ready", root, end } : { kind: "root-stale" }
}
