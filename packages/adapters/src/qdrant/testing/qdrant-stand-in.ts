import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import { gzipSync } from "node:zlib"
import type { RequestGate } from "./request-gate.ts"
import { StandInError } from "./stand-in-error.ts"
import { type StandInOptions, StandInServer } from "./stand-in-server.ts"

/** What goes wrong with requests. */
export type Fault =
  /** Is answered with this status, and not performed. */
  | { readonly kind: "status"; readonly status: number; readonly retryAfter?: string }
  /** The connection ends before anything is performed. */
  | { readonly kind: "reset" }
  /** It is performed, and the connection ends instead of an answer. */
  | { readonly kind: "lost" }
  /** It is answered as if it had been performed. */
  | { readonly kind: "ignored" }
  /** It is answered later, or never. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** It is performed later; the answer says so. */
  | { readonly kind: "wait-timeout" }

/** A request as it came. */
export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly body: unknown
}

interface PlannedFault {
  readonly fault: Fault
  readonly concerns: (request: SeenRequest) => boolean
  times: number
}

/**
 * Stands in for a Qdrant server in tests: real HTTP, and the rules of Qdrant as its documentation and sources have them, with every request checked.
 * It searches by looking at all vectors, and keeps everything in memory.
 */
export class QdrantStandIn {
  /** What requests came, oldest first; tests may empty it. */
  readonly requests: SeenRequest[] = []
  readonly #options: StandInOptions
  readonly #http: Server
  readonly #doors: Server[] = []
  readonly #sockets = new Set<Socket>()
  #server: StandInServer
  #faults: PlannedFault[] = []
  readonly #watchers: {
    readonly concerns: (request: SeenRequest) => boolean
    readonly resolve: () => void
  }[] = []
  #endedBytes = 0

  private constructor(options: StandInOptions) {
    this.#options = options
    this.#server = new StandInServer(options)
    this.#http = this.#listener()
  }

  static async start(options: StandInOptions = {}): Promise<QdrantStandIn> {
    const standIn = new QdrantStandIn(options)
    await listening(standIn.#http)
    return standIn
  }

  get url(): string {
    return urlOf(this.#http)
  }

  /** Another way into the same server: whoever comes by it waits at a gate with every request, and once more with every answer. Gives its address. */
  async door(gate: RequestGate): Promise<string> {
    const door = this.#listener(gate)
    this.#doors.push(door)
    await listening(door)
    return urlOf(door)
  }

  /** Bytes that went over all connections so far, both ways, heads and all. */
  get trafficBytes(): number {
    let bytes = this.#endedBytes
    for (const socket of this.#sockets) bytes += socket.bytesRead + socket.bytesWritten
    return bytes
  }

  /** The names of the collections there are. */
  get collections(): readonly string[] {
    return [...this.#server.collections.keys()]
  }

  /** Lets the next requests go wrong, those that `concerns` says, in the order of the calls. */
  failNext(fault: Fault, times = 1, concerns: (request: SeenRequest) => boolean = () => true): void {
    this.#faults.push({ fault, times, concerns })
  }

  /** Settles when such a request has come since this was called. */
  seen(concerns: (request: SeenRequest) => boolean): Promise<void> {
    return new Promise(resolve => this.#watchers.push({ concerns, resolve }))
  }

  /** Nothing planned goes wrong any more. */
  forgive(): void {
    this.#faults = []
  }

  /** How many planned faults have not happened. */
  get pendingFaults(): number {
    return this.#faults.reduce((sum, { times }) => sum + times, 0)
  }

  /** As a server that lost its disk. */
  restartEmpty(): void {
    this.#server = new StandInServer(this.#options)
  }

  async close(): Promise<void> {
    const closed = [this.#http, ...this.#doors].map(
      http => new Promise<void>(resolve => http.close(() => resolve()))
    )
    for (const socket of this.#sockets) socket.destroy()
    await Promise.all(closed)
  }

  #listener(gate?: RequestGate): Server {
    const http = createServer((request, response) => void this.#handle(request, response, gate))
    http.on("connection", socket => {
      this.#sockets.add(socket)
      socket.once("close", () => {
        this.#sockets.delete(socket)
        this.#endedBytes += socket.bytesRead + socket.bytesWritten
      })
    })
    return http
  }

  async #handle(request: IncomingMessage, response: ServerResponse, gate?: RequestGate): Promise<void> {
    const text = await bodyOf(request)
    const url = new URL(request.url ?? "/", "http://stand-in")
    const seen: SeenRequest = {
      method: request.method ?? "GET",
      path: url.pathname,
      query: url.search.slice(1),
      body: parsed(text)
    }
    this.requests.push(seen)
    for (const { concerns, resolve } of this.#watchers) if (concerns(seen)) resolve()
    const fault = this.#nextFault(seen)
    if (fault?.kind === "reset") return void request.socket.destroy()
    if (fault?.kind === "slow") await new Promise(resolve => setTimeout(resolve, fault.delayMs).unref())
    const cut = (): void => void request.socket.destroy()
    await gate?.pass(seen, cut)
    const answer = this.#answer(request, url, text, fault)
    await gate?.pass(seen, cut)
    if (request.socket.destroyed) return
    if (fault?.kind === "lost") return void request.socket.destroy()
    this.#send(request, response, answer)
  }

  #answer(request: IncomingMessage, url: URL, text: Buffer, fault: Fault | undefined): Answer {
    try {
      if (fault?.kind === "status") throw new StandInError(fault.status, "as planned")
      this.#mustBeAllowed(request, url)
      const most = this.#options.maxRequestBytes ?? 32 * 1024 * 1024
      if (text.length > most)
        throw new StandInError(
          400,
          `JSON payload (${text.length} bytes) is larger than allowed (limit: ${most} bytes).`
        )
      if (fault?.kind === "ignored") return { status: 200, body: { result: true, status: "ok", time: 0.001 } }
      const isLate = fault?.kind === "wait-timeout"
      const result = this.#server.perform(request.method ?? "GET", url, parsed(text), isLate)
      return { status: 200, body: url.pathname === "/" ? result : { result, status: "ok", time: 0.001 } }
    } catch (error) {
      if (!(error instanceof StandInError)) throw error
      const { status, message } = error
      // Who is not let in is told so in plain text.
      if (status === 401 || status === 403) return { status, body: message }
      const retryAfter = fault?.kind === "status" ? fault.retryAfter : undefined
      return {
        status,
        body: { status: { error: message }, time: 0 },
        ...(retryAfter !== undefined && { retryAfter })
      }
    }
  }

  #mustBeAllowed({ headers }: IncomingMessage, { pathname }: URL): void {
    const { apiKey } = this.#options
    if (apiKey === undefined || pathname === "/") return
    const given = headers["api-key"] ?? headers.authorization?.replace(/^Bearer /, "")
    if (given === undefined)
      throw new StandInError(401, "Must provide an API key or an Authorization bearer token")
    if (given !== apiKey) throw new StandInError(401, "Invalid API key or JWT")
  }

  #nextFault(request: SeenRequest): Fault | undefined {
    const planned = this.#faults.find(({ concerns }) => concerns(request))
    if (planned === undefined) return undefined
    if (--planned.times === 0) this.#faults = this.#faults.filter(each => each !== planned)
    return planned.fault
  }

  #send({ headers }: IncomingMessage, response: ServerResponse, { status, body, retryAfter }: Answer): void {
    const text = typeof body === "string" ? body : stringified(body)
    if (retryAfter !== undefined) response.setHeader("retry-after", retryAfter)
    response.setHeader("content-type", typeof body === "string" ? "text/plain" : "application/json")
    response.statusCode = status
    // Qdrant's server compresses, quickly rather than well, whatever the client takes compressed.
    if (!String(headers["accept-encoding"]).includes("gzip")) return void response.end(text)
    response.setHeader("content-encoding", "gzip")
    response.end(gzipSync(text, { level: 1 }))
  }
}

function listening(http: Server): Promise<void> {
  return new Promise(resolve => http.listen(0, "127.0.0.1", resolve))
}

function urlOf(http: Server): string {
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly retryAfter?: string
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

/** Integers of any size keep their digits. */
function parsed(text: Buffer): unknown {
  if (text.length === 0) return undefined
  try {
    return JSON.parse(text.toString("utf8"), (_, value: unknown, context?: { readonly source?: string }) =>
      typeof value === "number" &&
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      /^-?\d+$/.test(context?.source ?? "")
        ? BigInt(context?.source ?? 0)
        : value
    )
  } catch {
    return "no JSON"
  }
}

function stringified(body: unknown): string {
  const json = JSON as unknown as { rawJSON(text: string): unknown }
  return JSON.stringify(body, (_, value: unknown) =>
    typeof value === "bigint" ? json.rawJSON(String(value)) : value
  )
}
