import type { Frame } from "../../packages/core/src/sync/frame.ts"

type FrameOf<K extends Frame["kind"]> = Extract<Frame, { readonly kind: K }>

/** What is to be seen of each kind of frame, by name. */
type Features = {
  readonly [K in Frame["kind"]]: Readonly<Record<string, (frame: FrameOf<K>) => boolean>>
}

const any = { any: () => true }

/** A kind of frame that is new does not compile before it says here what is to be seen of it. */
const features: Features = {
  hello: {
    "all of it": ({ scope }) => scope === "all",
    "a prefix": ({ scope }) => scope !== "all" && scope.some(path => path.endsWith("/")),
    "a document": ({ scope }) =>
      scope !== "all" && scope.some(path => /.\/./.test(path) && !path.endsWith("/")),
    "less to write": ({ write }) => write !== undefined,
    "a rule": ({ grantId }) => grantId !== undefined,
    credentials: ({ credentials }) => credentials !== undefined
  },
  roots: {
    "a cursor": ({ cursor }) => cursor !== undefined,
    "part of a snapshot": ({ partial }) => partial !== undefined,
    "a key": ({ key }) => key !== undefined,
    "none of these": ({ cursor, partial, key }) => (cursor ?? partial ?? key) === undefined
  },
  compare: any,
  reconcile: {
    begin: ({ step }) => step === "begin",
    next: ({ step }) => step === "next",
    ranges: ({ level }) => level === "ranges" || level === "rateless"
  },
  found: {
    list: ({ level }) => level === "list",
    more: ({ last }) => !last,
    some: ({ entries }) => entries.length > 0
  },
  answered: any,
  want: any,
  commits: {
    whole: ({ total, bytes }) => total === bytes.length,
    begun: ({ total, bytes }) => total > bytes.length,
    "up to a place": ({ through }) => through !== undefined
  },
  snapshot: {
    anew: ({ offset }) => offset === 0,
    "gone on with": ({ offset }) => offset > 0
  },
  chunk: any,
  ack: any,
  credit: any,
  idle: { asking: ({ ask }) => ask, telling: ({ ask }) => !ask },
  ping: any,
  pong: any,
  reject: {
    "for want of permission": ({ reason }) => reason === "not-granted",
    "for what it is": ({ reason }) => reason !== "not-granted"
  },
  close: { "for good": ({ reason }) => reason === "closed" },
  presence: {
    state: ({ entries }) => entries.some(({ state }) => state !== undefined),
    "no state": ({ entries }) => entries.some(({ state }) => state === undefined)
  },
  ask: any,
  standing: {
    something: ({ entries }) => entries.some(entry => entry !== undefined),
    nothing: ({ entries }) => entries.some(entry => entry === undefined)
  },
  expiring: any,
  renew: { credentials: ({ credentials }) => credentials !== undefined }
}

/**
 * What is fuzzed is made from these frames: of a kind that is not among them nothing would be.
 *
 * @throws Error that names what is missing.
 */
export function mustShow(frames: readonly Frame[]): void {
  const missing = Object.entries(features).flatMap(([kind, wanted]) =>
    Object.entries(wanted as Readonly<Record<string, (frame: Frame) => boolean>>)
      .filter(([, isSeen]) => !frames.some(frame => frame.kind === kind && isSeen(frame)))
      .map(([what]) => `${kind} (${what})`)
  )
  if (missing.length > 0) throw new Error(`the recorded conversations have no ${missing.join(", ")}`)
}
