import type { CloseReason } from "../link/transport.ts"
import type { Frame, ReconcileFrame } from "./frame.ts"

/** The byte that names each kind of frame. Numbers are never given out twice; 3 and 4 were protocol 1's. */
export const frameCodes: { readonly [K in Frame["kind"]]: number } = {
  hello: 1,
  roots: 2,
  answered: 5,
  want: 6,
  commits: 7,
  snapshot: 8,
  chunk: 9,
  ack: 10,
  credit: 11,
  idle: 12,
  ping: 13,
  pong: 14,
  reject: 15,
  close: 16,
  compare: 17,
  reconcile: 18,
  found: 19,
  ask: 20,
  standing: 21,
  expiring: 22,
  renew: 23,
  presence: 32
}

/** The byte that names each reason to close; WebSocket adds 4000. Numbers are never given out twice. */
export const closeReasonCodes: { readonly [R in CloseReason]: number } = {
  closed: 0,
  "going-away": 1,
  "protocol-violation": 2,
  "protocol-unsupported": 3,
  "frame-too-large": 4,
  "flow-control": 5,
  timeout: 6,
  unauthorized: 7,
  self: 8,
  internal: 9,
  "connection-lost": 10,
  expired: 11,
  regrant: 12
}

/** Steps of a reconciliation; their places are their numbers. */
export const steps: readonly ReconcileFrame["step"][] = ["begin", "next", "changed", "failed"]

const reasonByCode = new Map(
  Object.entries(closeReasonCodes).map(([reason, code]) => [code, reason as CloseReason])
)
const kindByCode = new Map(Object.entries(frameCodes).map(([kind, code]) => [code, kind as Frame["kind"]]))

/** The reason with this number; `undefined` for one of a newer protocol. */
export function closeReasonOf(code: number): CloseReason | undefined {
  return reasonByCode.get(code)
}

/** The kind of frame with this number; `undefined` for one we do not know. */
export function frameKindOf(code: number): Frame["kind"] | undefined {
  return kindByCode.get(code)
}
