import type { DocumentId } from "../document/document-id.ts"
import type { JsonValue } from "../document/json.ts"
import { coreError } from "../errors/core-error.ts"
import { frozenJson } from "./frozen-json.ts"
import type { PeerPresence, PresenceCounts } from "./presence.ts"
import type {
  AttachedLine,
  PresenceEntry,
  PresenceHook,
  PresenceHost,
  PresenceLine
} from "./presence-hook.ts"
import { IncomingRate } from "./incoming-rate.ts"
import { lifetimeSeconds, maxOwnDocuments, renewalSeconds } from "./presence-limits.ts"
import { PresenceListeners } from "./presence-listeners.ts"
import { PresenceOutbox } from "./presence-outbox.ts"
import { PresenceTable, type Slot, type Source } from "./presence-table.ts"

/** One connection: a source of states, and somebody to be told of others. */
interface Line extends Source {
  readonly outbox: PresenceOutbox
}

/** Everything presence of one replica: takes in, passes on, renews and forgets states. */
export class PresenceRoom implements PresenceHook {
  readonly self: string
  readonly #host: PresenceHost
  readonly #table = new PresenceTable()
  readonly #lines = new Set<Line>()
  readonly #listeners: PresenceListeners
  /** Documents in which this replica shows itself. */
  readonly #own = new Set<DocumentId>()
  #counter = 0
  #dropped = 0
  /** Seconds, counted by timers: wall clocks jump. Stands still while there is nothing to forget. */
  #now = 0
  #renewal = 0
  #cancelTick: (() => void) | undefined
  #closed = false

  constructor(host: PresenceHost) {
    this.#host = host
    this.self = [...host.randomBytes(8)].map(byte => byte.toString(16).padStart(2, "0")).join("")
    this.#listeners = new PresenceListeners(host, document => this.others(document))
  }

  get counts(): PresenceCounts {
    return { states: [...this.#table.states()].length, dropped: this.#dropped }
  }

  others(document: DocumentId): readonly PeerPresence[] {
    return this.#table
      .statesOf(document)
      .flatMap(({ peer, state }) =>
        state === undefined || peer === this.self ? [] : [{ peer, state: state.value }]
      )
      .sort((a, b) => (a.peer < b.peer ? -1 : 1))
  }

  own(document: DocumentId): JsonValue | undefined {
    return this.#table.get(document, this.self)?.state?.value
  }

  on(document: DocumentId, listener: (others: readonly PeerPresence[]) => void): () => void {
    return this.#listeners.on(document, listener)
  }

  show(document: DocumentId, text: string): void {
    if (!this.#own.has(document) && this.#own.size >= maxOwnDocuments)
      throw coreError("codec-limit", `presence is shown in ${maxOwnDocuments} documents; clear some first`)
    this.#own.add(document)
    this.#say(document, { text, value: frozenJson(text) })
  }

  hide(document: DocumentId): void {
    if (this.#own.delete(document)) this.#say(document, undefined)
  }

  attach(line: PresenceLine): AttachedLine {
    const outbox = new PresenceOutbox(line, this.#host.timers, (document, peer) =>
      this.#entryFor(attached, document, peer)
    )
    const attached: Line = { epoch: line.epoch, outbox }
    this.#lines.add(attached)
    // Under a new counter, so that it counts where it was withdrawn when the last connection broke.
    for (const document of this.#own) this.#say(document, this.#table.get(document, this.self)?.state)
    for (const { document, peer } of this.#table.states()) outbox.add(document, peer)
    const rate = new IncomingRate(this.#host.time)
    return {
      receive: (entries, bytes) => {
        if (rate.takes(bytes)) for (const entry of entries) this.#receive(attached, line, entry)
        else this.#dropped += entries.length
      },
      detach: () => this.#detach(attached)
    }
  }

  close(): void {
    this.#closed = true
    this.#cancelTick?.()
    for (const line of [...this.#lines]) line.outbox.close()
    this.#lines.clear()
  }

  #say(document: DocumentId, state: Slot["state"]): void {
    const until = state === undefined ? this.#now + lifetimeSeconds : Number.POSITIVE_INFINITY
    const common = { peer: this.self, document, counter: ++this.#counter, until, withdrawn: false }
    const slot: Slot = state === undefined ? common : { ...common, state }
    this.#table.put(slot)
    this.#pass(slot)
  }

  #receive(from: Line, line: PresenceLine, entry: PresenceEntry): void {
    // What comes back of ourselves, or pretends to be.
    if (entry.peer === this.self || this.#closed) return
    const shown = this.#table.get(entry.document, entry.peer)?.state
    const looksSame = shown?.text === entry.state
    const value = looksSame ? shown?.value : parsed(entry.state)
    const invalid = entry.state !== undefined && value === undefined
    const slot =
      invalid || !line.allows(entry.document) ? "full" : this.#table.accept(entry, value, from, this.#now)
    if (slot === "full") this.#dropped++
    else if (slot !== "old") this.#changed(slot, looksSame)
  }

  #detach(line: Line): void {
    line.outbox.close()
    if (!this.#lines.delete(line)) return
    for (const slot of this.#table.withdraw(line, this.#now)) this.#changed(slot)
  }

  /** A renewal goes on to others, but looks the same to whoever listens. */
  #changed(slot: Slot, looksSame = false): void {
    if (!looksSame) this.#listeners.changed(slot.document)
    this.#pass(slot)
  }

  /** Tells all connections; that one over which it came finds nothing to send. */
  #pass(slot: Slot): void {
    for (const line of this.#lines) line.outbox.add(slot.document, slot.peer)
    this.#tick()
  }

  #entryFor(line: Line, document: DocumentId, peer: string): PresenceEntry | undefined {
    const slot = this.#table.get(document, peer)
    if (slot === undefined || slot.source === line) return undefined
    const { counter, withdrawn, state, until } = slot
    const seconds = Math.min(lifetimeSeconds, until - this.#now)
    return {
      peer,
      document,
      counter,
      seconds,
      withdrawn,
      ...(state === undefined ? {} : { state: state.text })
    }
  }

  /** Counts seconds as long as there is something to renew or forget. */
  #tick(): void {
    if (this.#cancelTick !== undefined || this.#closed) return
    this.#cancelTick = this.#host.timers.schedule(1_000, () => {
      this.#cancelTick = undefined
      this.#now++
      for (const { document } of this.#table.expire(this.#now)) this.#listeners.changed(document)
      if (++this.#renewal >= renewalSeconds) this.#renew()
      if (this.#table.size > 0) this.#tick()
    })
  }

  #renew(): void {
    this.#renewal = 0
    for (const document of this.#own) this.#say(document, this.#table.get(document, this.self)?.state)
  }
}

function parsed(text: string | undefined): JsonValue | undefined {
  try {
    return text === undefined ? undefined : frozenJson(text)
  } catch {
    return undefined
  }
}
