import type { Closed, Connection } from "../../link/transport.ts"
import type { SeededRandom } from "../seeded-random.ts"
import type { VirtualTime } from "../virtual-time.ts"
import { forgedFrame, isHello } from "../forged-frame.ts"
import type { FaultDice } from "./fault-dice.ts"
import { type MessageFault, messageFaults, type StepFault } from "./fault-kinds.ts"
import type { TraceHash } from "./trace-hash.ts"

/** The process that has one end of a connection. */
export interface EndOwner {
  readonly isAlive: boolean
}

/** Which way messages of a line go: from who dials, to it, or both. */
export type Direction = "forth" | "back"

/** A silence of a line. */
interface Silence {
  readonly kind: StepFault
  readonly directions: readonly Direction[]
  hasFired: boolean
}

/** Sent messages that are kept for splicing and replaying. */
const keptMessages = 6

/** A message that is held up comes after every deadline a link may have. */
const heldUpMs = 12_000

/** One end of a connection over a line. */
export interface LineEnd extends Connection {
  /** Whether its process is alive and it was not closed. */
  readonly isOpen: boolean
}

class SimulatedConnection implements LineEnd {
  readonly owner: EndOwner
  readonly line: string
  readonly direction: Direction
  readonly #network: SimulatedNetwork
  readonly #sent: Uint8Array[] = []
  #other: SimulatedConnection | undefined
  #onMessage: ((message: Uint8Array) => void) | undefined
  #onClose: ((closed: Closed) => void) | undefined
  #early: Uint8Array[] = []
  #closed: Closed | undefined
  #isDead = false
  #lastMs = 0
  /** Messages that did not arrive yet, by the order in which they were sent. */
  readonly #underWay = new Set<number>()
  #transmitted = 0
  bufferedBytes = 0

  constructor(network: SimulatedNetwork, owner: EndOwner, line: string, direction: Direction) {
    this.#network = network
    this.owner = owner
    this.line = line
    this.direction = direction
  }

  join(other: SimulatedConnection): void {
    this.#other = other
  }

  send(message: Uint8Array): void {
    const network = this.#network
    if (this.#closed !== undefined || this.#isDead || !this.owner.isAlive) return
    if (network.isSilent(this.line, this.direction)) return
    const random = network.dice.roll("halfOpen")
    if (random !== undefined) {
      network.dice.fire("halfOpen")
      return this.#goDead()
    }
    this.#pass(message)
    this.#sent.push(message)
    if (this.#sent.length > keptMessages) this.#sent.shift()
  }

  onMessage(listener: (message: Uint8Array) => void): void {
    this.#onMessage = listener
    for (const message of this.#early.splice(0)) this.#network.later(0, () => this.#take(message))
  }

  onClose(listener: (closed: Closed) => void): void {
    this.#onClose = listener
    if (this.#closed !== undefined) this.#tell(this.#closed)
  }

  close(closed: Closed): void {
    if (this.#closed !== undefined) return
    const network = this.#network
    this.end(closed)
    if (this.#isDead || network.isSilent(this.line, this.direction)) return
    const wait = Math.max(1, this.#lastMs - network.nowMs)
    network.later(wait, () => this.#other?.end(closed))
  }

  /** What the death of the process at this end comes to: the other side is told, or not. */
  kill(isTold: boolean): void {
    if (this.#closed !== undefined) return
    this.#closed = { reason: "connection-lost", message: "the process died" }
    if (isTold && !this.#isDead && !this.#network.isSilent(this.line, this.direction))
      this.#network.later(1, () => this.#other?.end({ reason: "connection-lost", message: "reset by peer" }))
    else this.#goDead()
  }

  end(closed: Closed): void {
    if (this.#closed !== undefined) return
    this.#closed = closed
    this.#tell(closed)
  }

  #pass(message: Uint8Array): void {
    let bytes = message
    let delayMs = 1 + this.#network.latency()
    let copies = 1
    let isInOrder = true
    for (const kind of this.#network.messageFaults) {
      const random = this.#network.dice.roll(kind)
      if (random === undefined) continue
      const other = this.#sent.length === 0 ? undefined : random.pick(this.#sent)
      if ((kind === "splice" || kind === "replay") && other === undefined) continue
      // Who lies when it greets asks for something else, and gets it: such a link does not make two machines equal.
      if (kind === "forge" && isHello(bytes)) continue
      // Whether anything is overtaken shows when it arrives.
      if (kind !== "reorder") this.#network.dice.fire(kind)
      if (kind === "cut") return this.#cut()
      if (kind === "drop") return
      if (kind === "duplicate") copies = 2
      else if (kind === "reorder") isInOrder = false
      else if (kind === "delay") delayMs += heldUpMs
      else if (kind === "replay") this.#transmit(other ?? bytes, delayMs, true)
      else bytes = damaged(kind, bytes, other ?? bytes, random)
    }
    for (let copy = 0; copy < copies; copy++) this.#transmit(bytes, delayMs + copy, isInOrder)
  }

  #transmit(message: Uint8Array, delayMs: number, isInOrder: boolean): void {
    const network = this.#network
    const waitMs = isInOrder ? Math.max(delayMs, this.#lastMs - network.nowMs) : delayMs
    this.#lastMs = Math.max(this.#lastMs, network.nowMs + waitMs)
    this.bufferedBytes += message.length
    const order = this.#transmitted++
    this.#underWay.add(order)
    network.later(waitMs, () => {
      this.bufferedBytes -= message.length
      this.#underWay.delete(order)
      if (this.#isDead || network.isSilent(this.line, this.direction)) return
      if (!isInOrder && this.#other?.isOpen === true && this.#overtakes(order)) network.dice.fire("reorder")
      this.#other?.arrive(message)
    })
  }

  /** Whether something that was sent earlier is still to come. The set is in the order of sending. */
  #overtakes(order: number): boolean {
    const [first] = this.#underWay
    return first !== undefined && first < order
  }

  /** Whether something is under way from here that would be taken. */
  get isBusy(): boolean {
    return this.#underWay.size > 0 && !this.#isDead && this.#other?.isOpen === true
  }

  get isOpen(): boolean {
    return this.#closed === undefined && this.owner.isAlive
  }

  arrive(message: Uint8Array): void {
    if (!this.isOpen) return
    this.#network.trace.addBytes(this.line, message, this.#network.nowMs)
    this.#network.delivered++
    if (this.#onMessage === undefined) this.#early.push(message)
    else this.#take(message)
  }

  #take(message: Uint8Array): void {
    if (this.isOpen) this.#onMessage?.(message)
  }

  #tell(closed: Closed): void {
    const listener = this.#onClose
    if (listener === undefined) return
    this.#network.later(0, () => {
      if (this.owner.isAlive) listener(closed)
    })
  }

  #cut(): void {
    const closed: Closed = { reason: "connection-lost", message: "the line was cut" }
    this.end(closed)
    this.#other?.end(closed)
  }

  #goDead(): void {
    this.#isDead = true
    if (this.#other !== undefined) this.#other.#isDead = true
  }
}

/** Lines between machines, in virtual time: what is sent over them comes late, changed, or not at all. */
export class SimulatedNetwork {
  readonly dice: FaultDice
  readonly trace: TraceHash
  /** Kinds that are rolled for messages, but `halfOpen`. */
  readonly messageFaults: readonly MessageFault[]
  /** Messages that arrived. */
  delivered = 0
  readonly #time: VirtualTime
  readonly #random: SeededRandom
  readonly #silences = new Map<string, Silence>()
  readonly #ends = new Set<SimulatedConnection>()

  constructor(parts: {
    readonly time: VirtualTime
    readonly random: SeededRandom
    readonly dice: FaultDice
    readonly trace: TraceHash
  }) {
    this.#time = parts.time
    this.#random = parts.random
    this.dice = parts.dice
    this.trace = parts.trace
    this.messageFaults = parts.dice.active(messageFaults).filter(kind => kind !== "halfOpen")
  }

  get nowMs(): number {
    return this.#time.nowMs()
  }

  /** Whether messages are under way that somebody will take. */
  get isBusy(): boolean {
    return [...this.#ends].some(end => end.isBusy)
  }

  /** Two ends of a new connection over a line. */
  connect(line: string, dialer: EndOwner, acceptor: EndOwner): readonly [LineEnd, LineEnd] {
    for (const end of this.#ends) if (!end.owner.isAlive) this.#ends.delete(end)
    const near = new SimulatedConnection(this, dialer, line, "forth")
    const far = new SimulatedConnection(this, acceptor, line, "back")
    near.join(far)
    far.join(near)
    this.#ends.add(near)
    this.#ends.add(far)
    return [near, far]
  }

  /** Silences a line until `speak`; it counts as a fault once it swallows something. */
  silence(line: string, kind: StepFault, directions: readonly Direction[] = ["forth", "back"]): void {
    this.#silences.set(line, { kind, directions, hasFired: false })
  }

  /** Ends the silence of a line. */
  speak(line: string): void {
    this.#silences.delete(line)
  }

  /** Whether a line swallows what is sent that way. */
  isSilent(line: string, direction: Direction): boolean {
    const silence = this.#silences.get(line)
    if (silence === undefined || !silence.directions.includes(direction)) return false
    if (!silence.hasFired) this.dice.fire(silence.kind)
    silence.hasFired = true
    return true
  }

  /** A process died: its connections end, and the other sides hear of it at once or by silence. */
  kill(owner: EndOwner, isTold: boolean): void {
    for (const end of this.#ends) {
      if (end.owner !== owner) continue
      this.#ends.delete(end)
      end.kill(isTold)
    }
  }

  later(ms: number, task: () => void): void {
    this.#time.schedule(ms, task)
  }

  /** Few different values: what happens in one moment is simulated at the cost of one. */
  latency(): number {
    return 4 * this.#random.integer(6)
  }
}

function damaged(
  kind: MessageFault,
  message: Uint8Array,
  other: Uint8Array,
  random: SeededRandom
): Uint8Array {
  if (kind === "forge") {
    const way = random.pick(["flip", "flip", "truncate", "splice"] as const)
    return message.length === 0 ? message : forgedFrame(message, frame => damaged(way, frame, other, random))
  }
  if (kind === "truncate") return message.slice(0, random.integer(message.length))
  if (kind === "splice") {
    const joined = new Uint8Array([
      ...message.subarray(0, 1 + random.integer(message.length)),
      ...other.subarray(random.integer(other.length))
    ])
    return joined
  }
  const flipped = message.slice()
  for (let left = 1 + random.integer(3); left > 0; left--) {
    const at = random.integer(flipped.length)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.integer(8))
  }
  return flipped
}
