import { equalBytes } from "../../codec/hex.ts"
import { coreError } from "../../errors/core-error.ts"
import type { Applicant, Grant, Refusal } from "../../link/authorization.ts"
import type { Link, LinkProblem } from "../../link/link.ts"
import type { Connection, Transport } from "../../link/transport.ts"
import type { SyncLimits } from "../../sync/sync-limits.ts"
import type { VirtualTime } from "../virtual-time.ts"
import type { FaultDice } from "./fault-dice.ts"
import type { StepFault } from "./fault-kinds.ts"
import type { HoldLedger } from "./hold-ledger.ts"
import { goodUntilMs, type LineCredentials } from "./line-credentials.ts"
import { answerOf, isSameGrant, type LineGrant, mayRead, mayWrite } from "./line-grant.ts"
import type { Machine } from "./machine.ts"
import type { LineEnd, SimulatedNetwork } from "./simulated-network.ts"

/** What lines share. */
export interface LineSetting {
  readonly time: VirtualTime
  readonly dice: FaultDice
  readonly network: SimulatedNetwork
  readonly holds: HoldLedger
  readonly limits: Partial<SyncLimits>
  /** What is answered instead of what is granted. */
  readonly wrapGrant: (grant: Grant) => Grant
  readonly machine: (index: number) => Machine
}

/** One connection, as the dialed side sees it. */
interface Accepted {
  readonly near: LineEnd
  readonly far: LineEnd
  /** Known once it was decided about. */
  grant?: LineGrant
  shown?: Uint8Array | undefined
}

// Also after a liar said that there is no common protocol: minutes are as scaled down as everything else.
const backoff = { baseMs: 50, maxMs: 800, stableMs: 2_000, mismatchMs: 4_000 }

/** A way between two machines over which one dials the other. Whoever is dialed decides what the other one may do. */
export class Line {
  readonly name: string
  readonly from: number
  readonly to: number
  /** What was granted at the last greeting; nothing before the first. */
  inForce: LineGrant | undefined
  /** Absent: nothing is shown, and what is granted never ends. */
  credentials: LineCredentials | undefined
  #granted: LineGrant
  /** What changed the grant since the last greeting. */
  readonly #changes = new Set<StepFault>()
  #accepted: Link | undefined
  readonly #setting: LineSetting

  constructor(setting: LineSetting, ends: readonly [from: number, to: number], granted: LineGrant) {
    this.#setting = setting
    ;[this.from, this.to] = ends
    this.name = `${this.from}-${this.to}`
    this.#granted = granted
  }

  /** What the dialed side grants at the next greeting. */
  get granted(): LineGrant {
    return this.#granted
  }

  /** The link of the dialing side, while its process is there. */
  get link(): Link | undefined {
    return this.#setting.machine(this.from).links.get(this.name)
  }

  /** Grants something else from the next greeting on; because of a fault, or for good reason. */
  grant(granted: LineGrant, because?: StepFault): void {
    this.#granted = granted
    if (because !== undefined) this.#changes.add(because)
  }

  /** Dials, where the link is over or was lost with its process. */
  dial(): void {
    const { machine, limits } = this.#setting
    const dialer = machine(this.from)
    const { replica, links } = dialer
    if (replica === undefined) return
    const link = links.get(this.name)
    if (link !== undefined && link.status !== "closed") return
    const { credentials } = this
    const dialed = replica.connect(this.#transport(), {
      limits,
      backoff,
      connectTimeoutMs: 1_000,
      ...(credentials === undefined ? {} : { credentials: () => credentials.show() })
    })
    dialed.onProblem(problem => this.#heard(problem))
    // Connecting reads: the process may have died of that, and its links are gone.
    if (dialer.replica === replica) links.set(this.name, dialed)
  }

  /** Ends the connection and makes another: what is granted now comes into force. */
  reconnect(): void {
    this.link?.close()
    this.dial()
  }

  /** The dialed side decides anew about who is connected, if anybody is. */
  reauthorize(): void {
    void this.#accepted?.reauthorize()
    this.dial()
  }

  #transport(): Transport {
    return {
      name: this.name,
      connect: async () => {
        const { machine, network } = this.#setting
        const [dialer, acceptor] = [machine(this.from), machine(this.to)]
        const isDown =
          dialer.life === undefined || acceptor.life === undefined || acceptor.replica === undefined
        if (isDown || network.isSilent(this.name, "forth") || network.isSilent(this.name, "back"))
          throw coreError("link-closed", `nobody answers on ${this.name}`)
        const [near, far] = network.connect(this.name, dialer.life, acceptor.life)
        this.#accept(acceptor, near, far)
        return near
      }
    }
  }

  #accept(acceptor: Machine, near: LineEnd, far: LineEnd): Connection {
    const accepted: Accepted = { near, far }
    const authorize = (applicant: Applicant) => this.#authorize(acceptor, accepted, applicant)
    const link = acceptor.accept(far, { limits: this.#setting.limits, authorize })
    this.#accepted = link
    link?.onProblem(problem => {
      if (problem.kind === "disconnected" && isDecided.has(problem.closed.reason)) this.#fireChange("revoke")
    })
    return near
  }

  #authorize(acceptor: Machine, accepted: Accepted, { credentials }: Applicant): Grant | Refusal {
    const { dice, time, wrapGrant } = this.#setting
    const granted = this.#granted
    if (accepted.grant === undefined) this.#begin(accepted)
    else if (credentials !== undefined && accepted.shown !== undefined)
      if (!equalBytes(credentials, accepted.shown)) dice.fire("renewed")
    accepted.shown = credentials
    if (granted.isRefused) {
      dice.fire("refuse")
      return { refused: "nobody is let in" }
    }
    const answer = wrapGrant(answerOf(granted, () => dice.fire("hide")))
    if (credentials === undefined) return answer
    return { ...answer, expiresAt: acceptor.clockMs + goodUntilMs(credentials) - time.nowMs() }
  }

  /** What is granted at the greeting holds for all of the connection. */
  #begin(accepted: Accepted): void {
    const { near, far } = accepted
    const grant = this.#granted
    const { inForce, from, to } = this
    accepted.grant = grant
    this.inForce = grant
    if (inForce !== undefined && !isSameGrant(inForce, grant))
      for (const kind of comingIntoForce) this.#fireChange(kind)
    this.#changes.clear()
    const isOpen = () => near.isOpen && far.isOpen
    const { holds } = this.#setting
    holds.open({ from: to, to: from, allows: document => mayRead(grant, document), isOpen })
    holds.open({ from, to, allows: document => mayWrite(grant, document), isOpen })
  }

  #fireChange(kind: StepFault): void {
    if (this.#changes.delete(kind)) this.#setting.dice.fire(kind)
  }

  #heard(problem: LinkProblem): void {
    const { dice } = this.#setting
    if (problem.kind === "disconnected" && problem.closed.reason === "expired") {
      const fault = this.credentials?.fault
      if (fault !== undefined && fault !== "renewed") dice.fire(fault)
    }
    if (problem.kind !== "rejected" || problem.reason !== "not-granted") return
    const { write, forbidden } = this.inForce ?? {}
    if (forbidden?.includes(problem.document) === true) dice.fire("forbid")
    else if (write !== undefined) dice.fire("limitWrites")
  }
}

/** Changes that are there once somebody greets under them. Others are counted by what they lead to. */
const comingIntoForce: readonly StepFault[] = ["regrant", "narrow", "grantAll"]

/** How a connection ends about which was decided anew. */
const isDecided: ReadonlySet<string> = new Set(["regrant", "unauthorized"])
