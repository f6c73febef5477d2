import { decodeCommits } from "../codec/commit-decoder.ts"
import { type DocumentId, parseDocumentId } from "../document/document-id.ts"
import type { Grant } from "../link/authorization.ts"
import type { Link } from "../link/link.ts"
import { readFrame } from "../sync/frame-reader.ts"
import type { Frame } from "../sync/frame.ts"
import { inScope, syncScope } from "../sync/sync-scope.ts"
import type { NetworkFaults } from "./faulty-network.ts"
import { LinkFleet } from "./link-fleet.ts"

/** What the documents of a fleet are called. */
export const grantedIds: readonly DocumentId[] = ["a", "a/x", "a/y", "b", "b/x"]
  .flatMap(path => [`${path}/1`, `${path}/2`, `${path}/3`])
  .map(parseDocumentId)

const paths: readonly Grant["read"][] = [
  "all",
  ["a"],
  ["a/x/"],
  ["a/x/", "b"],
  ["b/1", "a/y/"],
  ["a/x/1"],
  ["b", "a"]
]
const writable: readonly Grant["read"][] = ["all", [], ["a"], ["b/x/"], ["a/x/2", "b"]]

/**
 * Replica 0 grants something to each other one, which all dial it. What passes the wire to somebody is compared with what that
 * one was ever granted.
 */
export class GrantFleet extends LinkFleet {
  readonly clients: readonly number[]
  /** Documents that were named or sent to somebody who may not see them. */
  readonly leaks: string[] = []
  /** In force, and all that ever were, by client. */
  readonly #grants = new Map<number, Grant[]>()

  constructor(seed: number, clients: number, faults?: NetworkFaults) {
    super(seed, clients + 1, faults)
    this.clients = Array.from({ length: clients }, (_, i) => i + 1)
    this.onWire = (message, from, to) => from === 0 && this.#inspect(message, to)
    for (const client of this.clients) this.regrant(client)
  }

  /** Links all to replica 0. */
  dial(options: Parameters<LinkFleet["connect"]>[2]): readonly Link[] {
    const { limits } = options ?? {}
    return this.clients.map(client =>
      this.connect(client, 0, options, {
        ...(limits === undefined ? {} : { limits }),
        authorize: () => this.grantOf(client)
      })
    )
  }

  /** The next connection of a client gets something else. */
  regrant(client: number): void {
    const { random } = this
    const salt = random.integer(4)
    const rule = {
      name: `rule ${salt}`,
      mayRead: (id: DocumentId) => spread(id, salt) % 3 !== 0,
      mayWrite: (id: DocumentId) => spread(id, salt + 9) % 2 === 0
    }
    const grant: Grant = {
      read: random.pick(paths),
      ...(random.chance(0.5) ? { write: random.pick(writable) } : {}),
      ...(random.chance(0.5) ? { documents: rule } : {})
    }
    this.#grants.set(client, [...(this.#grants.get(client) ?? []), grant])
  }

  /** Ends the client's connection at the granting side. */
  drop(client: number): void {
    const { actor } = this.host(client)
    for (const link of this.accepted) if (link.peer?.actor === actor) link.close()
  }

  grantOf(client: number): Grant {
    return this.#grants.get(client)?.at(-1) ?? { read: [] }
  }

  /** A commit in any document, anywhere. */
  writeAnywhere(): void {
    const { random } = this
    this.host(random.integer(this.hosts.length)).write(random.pick(grantedIds), random.bytes(12))
  }

  mayRead(client: number, id: DocumentId): boolean {
    return reads(this.grantOf(client), id)
  }

  mayWrite(client: number, id: DocumentId): boolean {
    return writes(this.grantOf(client), id)
  }

  everReadable(client: number, id: DocumentId): boolean {
    return (this.#grants.get(client) ?? []).some(grant => reads(grant, id))
  }

  everWritable(client: number, id: DocumentId): boolean {
    return (this.#grants.get(client) ?? []).some(grant => writes(grant, id))
  }

  /** Hashes of what one has of a document and another has not. */
  lacking(from: number, to: number, id: DocumentId): readonly string[] {
    const there = this.host(to).commits().get(id)
    return [...(this.host(from).commits().get(id)?.keys() ?? [])].filter(hash => there?.has(hash) !== true)
  }

  #inspect(message: Uint8Array, client: number): void {
    for (const id of idsIn(readFrame(message, 2 ** 20).frame))
      if (!this.everReadable(client, id)) this.leaks.push(`${id} to ${client}`)
  }
}

function reads({ read, documents }: Grant, id: DocumentId): boolean {
  return inScope(syncScope(read), id) && documents?.mayRead(id) !== false
}

function writes(grant: Grant, id: DocumentId): boolean {
  return (
    reads(grant, id) &&
    inScope(syncScope(grant.write ?? grant.read), id) &&
    grant.documents?.mayWrite(id) !== false
  )
}

/** Documents that a frame tells something of. Refusals name what the peer itself named. */
function idsIn(frame: Frame): readonly DocumentId[] {
  switch (frame.kind) {
    case "commits":
      return frame.bytes.length === 0 ? [] : decodeCommits(frame.bytes).map(({ document }) => document)
    case "snapshot":
      return [frame.document]
    case "found":
    case "want":
    case "standing":
      return frame.entries.flatMap(entry => entry?.document ?? [])
    default:
      return []
  }
}

/** A number that goes with an id, for rules that nobody guesses. */
function spread(id: string, salt: number): number {
  let hash = 7 + salt
  for (let i = 0; i < id.length; i++) hash = (Math.imul(hash, 31) + id.charCodeAt(i) * (salt + 3)) >>> 0
  return hash >>> 4
}
