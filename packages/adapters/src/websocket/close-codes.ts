import type { Closed, CloseReason } from "@syncline/core"

/** WebSocket close codes of our own (RFC 6455 §7.4.2: 4000–4999 are the application's). Never given out twice. */
const codes: { readonly [R in CloseReason]: number } = {
  closed: 4000,
  "going-away": 4001,
  "protocol-violation": 4002,
  "protocol-unsupported": 4003,
  "frame-too-large": 4004,
  "flow-control": 4005,
  timeout: 4006,
  unauthorized: 4007,
  self: 4008,
  internal: 4009,
  "connection-lost": 4010,
  expired: 4011,
  regrant: 4012
}

/** What the standard codes (RFC 6455 §7.4.1) amount to. All others: the connection was lost. */
const standard: ReadonlyMap<number, CloseReason> = new Map([
  [1000, "closed"],
  [1001, "going-away"],
  [1002, "protocol-violation"],
  [1003, "protocol-violation"],
  [1007, "protocol-violation"],
  [1008, "unauthorized"],
  [1009, "frame-too-large"],
  [1011, "internal"],
  [1012, "going-away"],
  [1013, "going-away"]
])

const own = new Map(Object.entries(codes).map(([reason, code]) => [code, reason as CloseReason]))

/** A control frame holds 125 bytes, two of which are the code. */
const maxReasonBytes = 123

/** How a WebSocket says why it closes. */
export function toCloseCode({ reason, message }: Closed): { readonly code: number; readonly reason: string } {
  let text = message.toWellFormed()
  while (new TextEncoder().encode(text).length > maxReasonBytes) text = text.slice(0, -1).toWellFormed()
  return { code: codes[reason], reason: text }
}

/** What a WebSocket's end means to a link. */
export function fromCloseCode(code: number, reason: string): Closed {
  const known = own.get(code) ?? standard.get(code)
  if (known !== undefined) return { reason: known, message: reason || `closed with WebSocket code ${code}` }
  return {
    reason: "connection-lost",
    message: `the WebSocket ended with code ${code}${reason === "" ? "" : `: ${reason}`}`
  }
}
