import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { coreError } from "../../errors/core-error.ts"
import type { SeededRandom } from "../seeded-random.ts"
import type { VirtualTime } from "../virtual-time.ts"

/** What becomes of credentials that end: there are newer ones in time, later, or never. */
export type RenewalFault = "renewed" | "renewedLate" | "expired"

/** What the dialing side of a line shows: until which moment of virtual time it is good. */
export class LineCredentials {
  #fault: RenewalFault
  readonly #time: VirtualTime
  #holdsMs: number
  /** How long after their end there are newer ones. */
  readonly #lateMs: number
  /** Whoever gives them out does not answer meanwhile, instead of giving the old ones. */
  readonly #isSilent: boolean
  #untilMs: number

  constructor(fault: RenewalFault, time: VirtualTime, random: SeededRandom) {
    this.#fault = fault
    this.#time = time
    this.#holdsMs = random.pick(fault === "renewed" ? renewedMs : endingMs)
    this.#lateMs = 200 + random.integer(4_000)
    this.#isSilent = random.chance(0.5)
    this.#untilMs = Math.floor(time.nowMs()) + this.#holdsMs
  }

  /** How they fail, at present. */
  get fault(): RenewalFault {
    return this.#fault
  }

  /**
   * The newest there are.
   *
   * @throws SynclineError `link-closed` where nobody gives any out.
   */
  show(): Uint8Array {
    // Half of a time that is odd is waited for, too.
    const nowMs = Math.floor(this.#time.nowMs())
    if (this.#isRenewable(nowMs)) this.#untilMs = nowMs + this.#holdsMs
    else if (this.#isSilent && nowMs >= this.#untilMs)
      throw coreError("link-closed", "nobody gives out credentials")
    const writer = new ByteWriter()
    writer.varUint(this.#untilMs)
    return writer.finish()
  }

  /** From now on there are newer ones in time. */
  mend(): void {
    this.#fault = "renewed"
    this.#holdsMs = mendedMs
  }

  #isRenewable(nowMs: number): boolean {
    if (this.#fault === "expired") return false
    return this.#fault === "renewed" || nowMs >= this.#untilMs + this.#lateMs
  }
}

/** Histories last some seconds at most. Below one nothing is asked to be renewed (SPEC GR34). */
const renewedMs = [1_100, 2_500, 10_000]
const endingMs = [100, 500, 1_500]

/** What ends sooner would end every connection before it comes to rest. */
const mendedMs = 2_500

/** Until which moment of virtual time credentials are good. */
export function goodUntilMs(credentials: Uint8Array): number {
  return new ByteReader(credentials).varUint()
}
