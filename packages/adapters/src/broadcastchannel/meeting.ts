import type { Closed, CloseReason, Connection, TimerPort, Transport } from "@syncline/core"
import { onPageLife } from "../posted/page-life.ts"
import type { BroadcastChannelConstructor, BroadcastChannelLike } from "./broadcast-channel-like.ts"
import { type MeetingMessage, readMeeting } from "./meeting-message.ts"
import { type PairChannel, pairChannel, type PairListener } from "./pair-channel.ts"
import { peerTransport } from "./peer-transport.ts"
import { PeerWatch } from "./peer-watch.ts"

/** Connections one tab may have to this one: one lives, another may be about to replace it. */
const maxConnectionsPerPeer = 4

/** Ends after which the other tab may well be there still. */
const deliberate: ReadonlySet<CloseReason> = new Set([
  "closed",
  "unauthorized",
  "protocol-unsupported",
  "self"
])

/** The options of `joinBroadcastChannel`, all decided. */
export interface MeetingOptions {
  readonly connect: (transport: Transport) => { close(): void }
  readonly accept: (connection: Connection, address: string) => void
  readonly onError: (error: unknown) => void
  readonly maxPeers: number
  readonly answerTimeoutMs: number
  readonly address: string
  readonly channelClass: BroadcastChannelConstructor
  readonly timers: TimerPort
}

/** What this tab has with another one. */
interface Peer {
  readonly pairs: Map<string, PairChannel>
  /** At work while there are no pairs. */
  readonly watch: PeerWatch
  /** Where this side dials. */
  link?: { close(): void }
}

/** One tab among those on a channel. */
export class Meeting {
  readonly address: string
  readonly #name: string
  readonly #options: MeetingOptions
  readonly #peers = new Map<string, Peer>()
  readonly #listeners = new Set<(peers: readonly string[]) => void>()
  #channel: BroadcastChannelLike | undefined
  #stopWatching: () => void = () => {}

  constructor(name: string, options: MeetingOptions) {
    this.#name = name
    this.#options = options
    this.address = options.address
  }

  get peers(): readonly string[] {
    return [...this.#peers.keys()]
  }

  onPeers(listener: (peers: readonly string[]) => void): () => void {
    const entry = (peers: readonly string[]) => listener(peers)
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  /** Joins, and leaves and comes back as the page does. */
  start(): void {
    this.#join()
    this.#stopWatching = onPageLife(
      () => this.#leave(),
      () => this.#join()
    )
  }

  close(): void {
    this.#stopWatching()
    this.#leave()
  }

  #join(): void {
    if (this.#channel !== undefined) return
    const { channelClass } = this.#options
    this.#channel = new channelClass(this.#name)
    this.#channel.addEventListener("message", ({ data }) => {
      const message = readMeeting(data, this.address)
      if (message !== undefined && this.#channel !== undefined) this.#receive(message)
    })
    this.#post({ syncline: "hello", from: this.address })
  }

  #leave(): void {
    const channel = this.#channel
    if (channel === undefined) return
    // Nothing is said any more but goodbye: not that there is room now.
    this.#channel = undefined
    for (const address of this.peers) this.#part(address)
    channel.postMessage({ syncline: "goodbye", from: this.address } satisfies MeetingMessage)
    channel.close()
  }

  #post(message: MeetingMessage): void {
    this.#channel?.postMessage(message)
  }

  #receive(message: MeetingMessage): void {
    const { from } = message
    if (message.syncline === "goodbye") return this.#part(from)
    const peer = this.#meet(from)
    peer?.watch.heard()
    if (message.syncline === "hello") this.#post({ syncline: "here", from: this.address, to: from })
    if (message.syncline === "call" && peer !== undefined) this.#answer(from, peer, message.id)
  }

  /** The peer of that address, dialed if that is new and ours to do; `undefined` beyond the limit. */
  #meet(address: string): Peer | undefined {
    const known = this.#peers.get(address)
    if (known !== undefined || this.#peers.size >= this.#options.maxPeers) return known
    const peer: Peer = { pairs: new Map(), watch: this.#watch(address) }
    this.#peers.set(address, peer)
    peer.watch.start()
    // Both sides compare the same two names, so exactly one of them dials.
    if (this.address < address)
      this.#attempt(() => {
        peer.link = this.#options.connect(this.#transportTo(address, peer))
      })
    this.#changed()
    return peer
  }

  #part(address: string): void {
    const peer = this.#peers.get(address)
    if (peer === undefined) return
    const wasFull = this.#peers.size >= this.#options.maxPeers
    this.#peers.delete(address)
    peer.watch.stop()
    peer.link?.close()
    const closed: Closed = { reason: "going-away", message: "the two tabs part" }
    for (const { connection } of [...peer.pairs.values()]) connection.close(closed)
    this.#changed()
    // Whoever came when there was no room was not linked, and does not ask again.
    if (wasFull) this.#post({ syncline: "hello", from: this.address })
  }

  /** Where the other side dials, nothing but this finds out that it is gone before it did. */
  #watch(address: string): PeerWatch {
    const { timers, answerTimeoutMs } = this.#options
    return new PeerWatch({
      timers,
      answerTimeoutMs,
      ask: () => this.#post({ syncline: "hello", from: this.address, to: address }),
      onSilence: () => this.#part(address)
    })
  }

  #transportTo(address: string, peer: Peer): Transport {
    const { timers, answerTimeoutMs } = this.#options
    return peerTransport({
      name: `${this.#name}/${address}`,
      timers,
      answerTimeoutMs,
      open: (id, listener) => this.#pair(address, peer, id, listener),
      call: id => this.#post({ syncline: "call", from: this.address, to: address, id }),
      vanished: () => this.#part(address)
    })
  }

  #answer(address: string, peer: Peer, id: string): void {
    const pair = peer.pairs.get(id)
    // Called again: the answer did not arrive.
    if (pair !== undefined) return pair.open()
    if (peer.pairs.size >= maxConnectionsPerPeer) return
    const called = this.#pair(address, peer, id, {
      opened: () => {},
      ended: closed => this.#lost(address, peer, closed)
    })
    called.open()
    if (!this.#attempt(() => this.#options.accept(called.connection, address)))
      called.connection.close({ reason: "internal", message: "the connection could not be accepted" })
  }

  /** The dialing side may be gone. If it is not, it answers, and dials again. */
  #lost(address: string, peer: Peer, { reason }: Closed): void {
    if (this.#peers.get(address) !== peer || peer.pairs.size > 0 || deliberate.has(reason)) return
    this.#part(address)
    this.#post({ syncline: "hello", from: this.address, to: address })
  }

  #pair(address: string, peer: Peer, id: string, listener: PairListener): PairChannel {
    const pair = pairChannel(this.#options.channelClass, this.#name, id, {
      opened: () => listener.opened(),
      ended: closed => {
        peer.pairs.delete(id)
        listener.ended(closed)
        if (this.#peers.get(address) === peer && peer.pairs.size === 0) peer.watch.start()
      }
    })
    peer.pairs.set(id, pair)
    peer.watch.stop()
    return pair
  }

  #changed(): void {
    for (const listener of this.#listeners) this.#attempt(() => listener(this.peers))
  }

  /** Runs what is the application's. Says whether it went well. */
  #attempt(task: () => void): boolean {
    try {
      task()
      return true
    } catch (error) {
      this.#options.onError(error)
      return false
    }
  }
}
