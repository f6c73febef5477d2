import type { Link, SyncPhase } from "@syncline/core"
import { fieldsOf } from "../../posted/posted-message.ts"
import type { BroadcastChannelConstructor, BroadcastChannelLike } from "../broadcast-channel-like.ts"

/** One of the links that the leading tab owns, as all tabs see it. */
export interface UpstreamLink {
  /** The transport's name. */
  readonly name: string
  readonly phase: SyncPhase
  /** Why it is not live, in words. */
  readonly why?: string
  /** Commits that are durable in the leading tab and not known to be at the other end. */
  readonly unsynced: number
}

const phases: { readonly [P in SyncPhase]: true } = {
  offline: true,
  connecting: true,
  "catching-up": true,
  live: true,
  diverged: true,
  refused: true,
  closed: true
}

/** Longest list of links, and longest text, that one tab believes another. */
const maxLinks = 64
const maxText = 1_000

/** Who leads, and how its links stand: told by the leader, kept by all. */
export class Upstream {
  readonly #channel: BroadcastChannelLike
  readonly #self: string
  readonly #onChange: () => void
  #owned: readonly Link[] | undefined
  #told: { readonly from: string; readonly links: readonly UpstreamLink[] } | undefined
  #stopWatching: (() => void)[] = []

  constructor(
    name: string,
    self: string,
    { channelClass, onChange }: { channelClass: BroadcastChannelConstructor; onChange: () => void }
  ) {
    this.#self = self
    this.#onChange = onChange
    this.#channel = new channelClass(`syncline/${name}/upstream`)
    this.#channel.addEventListener("message", ({ data }) => this.#hear(data))
    this.#channel.postMessage({ syncline: "ask", from: self })
  }

  /** Empty as long as no leader was heard of. */
  get links(): readonly UpstreamLink[] {
    return this.#owned === undefined ? (this.#told?.links ?? []) : this.#owned.map(stateOf)
  }

  /** This tab leads, with these links. */
  lead(links: readonly Link[]): void {
    this.#owned = links
    this.#stopWatching = links.map(({ sync }) => sync.onStatus(() => this.#tell()))
    this.#tell()
  }

  /** A tab is gone: what it told, if it led, holds no more. */
  forget(present: readonly string[]): void {
    if (this.#told === undefined || present.includes(this.#told.from)) return
    this.#told = undefined
    this.#onChange()
  }

  close(): void {
    for (const stop of this.#stopWatching) stop()
    this.#channel.close()
  }

  #tell(): void {
    this.#channel.postMessage({ syncline: "upstream", from: this.#self, links: this.links })
    this.#onChange()
  }

  #hear(data: unknown): void {
    const { syncline, from, links } = fieldsOf(data)
    if (typeof from !== "string") return
    if (syncline === "ask" && this.#owned !== undefined) this.#tell()
    if (syncline !== "upstream" || this.#owned !== undefined || !Array.isArray(links)) return
    this.#told = { from, links: links.slice(0, maxLinks).flatMap(readLink) }
    this.#onChange()
  }
}

function stateOf({ name, sync }: Link): UpstreamLink {
  const { phase, why, unsynced } = sync.status
  return { name, phase, ...(why === undefined ? {} : { why }), unsynced: unsynced.commits }
}

/** Another tab may run another version of the app: what it tells is looked at as anybody's. */
function readLink(value: unknown): UpstreamLink[] {
  const { name, phase, why, unsynced } = fieldsOf(value)
  if (typeof name !== "string" || !isPhase(phase) || typeof unsynced !== "number") return []
  return [
    {
      name: name.slice(0, maxText),
      phase,
      ...(typeof why === "string" ? { why: why.slice(0, maxText) } : {}),
      unsynced
    }
  ]
}

function isPhase(value: unknown): value is SyncPhase {
  return typeof value === "string" && Object.hasOwn(phases, value)
}
