import { coreError } from "../../errors/core-error.ts"
import type { SinkTracking } from "../../tracking/sink-tracking.ts"
import type { LeaseWish, SinkRepair, SinkSession, SinkWrite, Watermark } from "../../projection/sink.ts"

/** A call of a sink. */
export interface SinkCall<T> {
  readonly name: string
  /** `write`: it changes records, and may be done again. `account`: it notes what a verification found. */
  readonly kind: "read" | "write" | "account" | "other"
  readonly perform: () => Promise<T>
}

/** The database behind a session. */
export interface SessionServer {
  readonly name: string
  /** Whether an open sink remembers how far it is, or asks its database each time. */
  readonly remembers: boolean
  /** Sends a call, which may go wrong. */
  send<T>(call: SinkCall<T>): Promise<T>
  /** Something is asked of a session that was closed. */
  onClosed(kind: SinkCall<unknown>["kind"], name: string): void
  /** These were to be swapped. */
  onSwapped(ids: readonly string[]): void
  /** These were read. */
  onRead(ids: readonly string[]): void
}

/** A session whose calls go through a server, and which knows of the database only what it was told. */
export function simulatedSession(server: SessionServer, session: SinkSession): SinkSession {
  const client = new Client(server, session)
  const members: Partial<Record<keyof SinkSession, unknown>> = {
    ...client.writing,
    ...client.reading,
    tracking: session.tracking && client.tracking(session.tracking)
  }
  return new Proxy(session, {
    get: (target, name) => {
      if (name === "generation") return client.generation
      if (name === "watermark") return server.remembers ? client.watermark : target.watermark
      const member = members[name as keyof SinkSession]
      if (member !== undefined) return member
      const own: unknown = Reflect.get(target, name, target)
      return typeof own === "function" ? (own.bind(target) as unknown) : own
    }
  })
}

class Client {
  /** As the sink said last. */
  generation: number
  /** As was acknowledged. */
  watermark: Watermark
  #isClosed = false
  readonly #server: SessionServer
  readonly #session: SinkSession

  constructor(server: SessionServer, session: SinkSession) {
    this.#server = server
    this.#session = session
    this.generation = session.generation
    this.watermark = session.watermark
  }

  /** What changes something. */
  get writing(): Pick<
    SinkSession,
    "apply" | "repair" | "raiseGeneration" | "takeLease" | "releaseLease" | "close"
  > {
    const session = this.#session
    return {
      apply: async (writes: readonly SinkWrite[], watermark: Watermark) => {
        await this.#call("apply", "write", () => session.apply(writes, watermark))
        if (watermark.position > this.watermark.position) this.watermark = watermark
      },
      repair: (repairs: readonly SinkRepair[]) =>
        this.#call("repair", "write", async () => {
          const outcomes = await session.repair(repairs)
          this.#server.onSwapped(repairs.map(({ id }) => id))
          return outcomes
        }),
      raiseGeneration: async (from: number) => {
        await this.#call("raiseGeneration", "other", () => session.raiseGeneration(from))
        this.#learn()
      },
      takeLease: async (wish: LeaseWish) => {
        const lease = await this.#call("takeLease", "other", () => must(session.takeLease?.(wish)))
        if (session.generation !== this.generation) this.#learn()
        return lease
      },
      releaseLease: (holder: string) =>
        this.#call("releaseLease", "other", async () => session.releaseLease?.(holder)),
      close: async () => {
        this.#isClosed = true
        // What is on its way may still be done, long after: the database knows nothing of this end.
        await this.#server.send({ name: "close", kind: "read", perform: () => Promise.resolve() })
      }
    }
  }

  /** What only looks. */
  get reading(): Pick<SinkSession, "scan" | "read" | "readRows" | "fingerprint"> {
    const session = this.#session
    return {
      scan: page => this.#call("scan", "read", () => session.scan(page)),
      read: (ids: readonly string[]) =>
        this.#call("read", "read", async () => {
          const records = await session.read(ids)
          this.#server.onRead(ids)
          return records
        }),
      readRows: (ids: readonly string[]) =>
        this.#call("readRows", "read", () => must(session.readRows?.(ids))),
      fingerprint: range => this.#call("fingerprint", "read", () => must(session.fingerprint?.(range)))
    }
  }

  /** The account of changes. */
  tracking(account: SinkTracking): SinkTracking {
    return {
      leafOf: (key, digest) => account.leafOf(key, digest),
      begin: () => this.#call("begin", "account", () => account.begin()),
      sums: paths => this.#call("sums", "read", () => account.sums(paths)),
      leaves: bucket => this.#call("leaves", "read", () => account.leaves(bucket)),
      marked: (round, after, limit) =>
        this.#call("marked", "read", () => account.marked(round, after, limit)),
      forget: (round, ids) => this.#call("forget", "account", () => account.forget(round, ids)),
      accept: round => this.#call("accept", "account", () => account.accept(round))
    }
  }

  async #call<T>(name: string, kind: SinkCall<T>["kind"], work: () => Promise<T>): Promise<T> {
    const server = this.#server
    if (this.#isClosed) {
      server.onClosed(kind, name)
      throw coreError("sink-failed", `sink ${server.name} is closed; open it again`)
    }
    // A request carries what its sender knew.
    const { generation } = this
    const perform = (): Promise<T> =>
      kind === "read" || this.#session.generation === generation
        ? work()
        : Promise.reject(fenced(server.name))
    return server.send({ name, kind, perform })
  }

  #learn(): void {
    this.generation = this.#session.generation
    this.watermark = this.#session.watermark
  }
}

/** A sink in memory has all that is optional. */
function must<T>(answer: Promise<T> | undefined): Promise<T> {
  return answer ?? Promise.reject(new TypeError("the sink cannot do that"))
}

function fenced(name: string): Error {
  return coreError("sink-fenced", `sink ${name}: the generation was raised since this was sent; open it anew`)
}
