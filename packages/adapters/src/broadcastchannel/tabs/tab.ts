import type { Link, Replica, TimerPort } from "@syncline/core"
import type { BroadcastChannelConstructor } from "../broadcast-channel-like.ts"
import { type BroadcastChannelPeers, joinBroadcastChannel } from "../join-broadcast-channel.ts"
import { waitForLock } from "./held-lock.ts"
import { LeftBehind } from "./left-behind.ts"
import type { LockManagerLike } from "./lock-manager-like.ts"
import { leaveSlot, type SkippedStore, type TabSlots, type TakenSlot } from "./tab-slots.ts"
import { Upstream, type UpstreamLink } from "./upstream.ts"

/** `leader`: owns the links to the outside. `follower`: reaches them through the leader. */
export type TabRole = "leader" | "follower"

/** What a tab is made of, all decided. */
export interface TabParts {
  readonly name: string
  readonly slots: TabSlots
  readonly taken: TakenSlot
  readonly address: string
  readonly locks: LockManagerLike
  readonly channelClass: BroadcastChannelConstructor
  readonly timers: TimerPort
  readonly open: (store: string) => Promise<Replica>
  readonly connect: (replica: Replica) => readonly Link[]
  readonly stored: () => Promise<readonly string[]>
  readonly answerTimeoutMs: number
  readonly returnMs: number
  readonly maxTabs: number
  readonly onError: (error: unknown) => void
}

/** One of the tabs that work on the same documents. Comes with `openTab`. */
export class Tab {
  /** This tab's. It is linked to those of all other tabs. */
  readonly replica: Replica
  /** The name that `open` was called with. */
  readonly store: string
  /** Stores that were left out, because another version of the app wrote them or somebody else has them. */
  readonly skipped: readonly SkippedStore[]
  readonly #parts: TabParts
  readonly #peers: BroadcastChannelPeers
  readonly #upstream: Upstream
  readonly #stop = new AbortController()
  readonly #listeners = new Set<() => void>()
  readonly #campaign: Promise<void>
  #leftBehind: LeftBehind | undefined
  /** What listeners know: several things are heard of by which nothing changes, or all of it at once. */
  #told = ""
  #closed: Promise<void> | undefined

  constructor(parts: TabParts) {
    const { name, slots, taken, address, channelClass, timers } = parts
    this.#parts = parts
    this.replica = taken.replica
    this.store = slots.storeOf(taken.slot)
    this.skipped = taken.skipped
    this.#upstream = new Upstream(name, address, { channelClass, onChange: () => this.#changed() })
    this.#peers = joinBroadcastChannel(name, {
      address,
      timers,
      broadcastChannel: channelClass,
      maxPeers: parts.maxTabs,
      answerTimeoutMs: parts.answerTimeoutMs,
      onError: parts.onError,
      connect: transport => this.replica.connect(transport),
      accept: connection => this.replica.accept(connection)
    })
    this.#peers.onPeers(peers => this.#met(peers))
    this.#told = this.#state
    this.#campaign = this.#run().catch(parts.onError)
  }

  get role(): TabRole {
    return this.#leftBehind === undefined ? "follower" : "leader"
  }

  /** Other tabs that are there. */
  get others(): number {
    return this.#peers.peers.length
  }

  /** How the leading tab's links stand. Empty as long as no leader was heard of, and where it has none. */
  get upstream(): readonly UpstreamLink[] {
    return this.#upstream.links
  }

  /** Calls back after each change of `role`, `others` or `upstream`, once for all that changed together. Returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  /** Leaves the other tabs, closes the replica, then lets others have its store and lead. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#stop.abort()
    this.#peers.close()
    this.#upstream.close()
    await this.#campaign
    await leaveSlot(this.#parts.taken)
  }

  /** Waits for its turn, then leads until it is closed. */
  async #run(): Promise<void> {
    const { signal } = this.#stop
    const lock = await waitForLock(this.#parts.locks, this.#parts.slots.leaderLock, signal)
    try {
      if (lock !== undefined && !signal.aborted) await this.#lead(signal)
    } finally {
      await lock?.release()
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    const leftBehind = new LeftBehind({ ...this.#parts, replica: this.replica, signal })
    const links = this.#connect()
    try {
      this.#leftBehind = leftBehind
      this.#upstream.lead(links)
      this.#met(this.#peers.peers)
      void this.#watchStored(leftBehind)
      await aborted(signal)
    } finally {
      for (const link of links) link.close()
      await leftBehind.ended()
    }
  }

  /** Without links, too, there is somebody to look after what tabs leave behind. */
  #connect(): readonly Link[] {
    try {
      return [...this.#parts.connect(this.replica)]
    } catch (error) {
      this.#parts.onError(error)
      return []
    }
  }

  /** Nothing waits for it: listing stores may take a browser as long as it likes. */
  async #watchStored(leftBehind: LeftBehind): Promise<void> {
    const { stored, slots, taken, onError } = this.#parts
    try {
      leftBehind.watch(
        (await stored()).flatMap(store => slots.slotOf(store) ?? []).filter(slot => slot !== taken.slot)
      )
    } catch (error) {
      onError(error)
    }
  }

  #met(peers: readonly string[]): void {
    this.#upstream.forget(peers)
    this.#leftBehind?.watch(peers.flatMap(slotOfAddress))
    this.#changed()
  }

  get #state(): string {
    return JSON.stringify([this.role, this.others, this.upstream])
  }

  #changed(): void {
    if (this.#closed !== undefined) return
    const state = this.#state
    if (state === this.#told) return
    this.#told = state
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        this.#parts.onError(error)
      }
    }
  }
}

/** Tells the others which store a tab has. */
export function addressOf(slot: number, random: string): string {
  return `${slot}-${random}`
}

function slotOfAddress(address: string): number[] {
  const [slot] = /^\d{1,4}(?=-)/.exec(address) ?? []
  return slot === undefined ? [] : [Number(slot)]
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener("abort", () => resolve(), { once: true })
  })
}
