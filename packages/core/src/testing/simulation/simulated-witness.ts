import type { Witness, WitnessRecord } from "../../store/witness.ts"
import type { SimulatedDisk } from "./simulated-disk.ts"

/** A witness that remembers what it said at every state of a disk, so that a whole machine can be put back. */
export class SimulatedWitness implements Witness {
  readonly #disk: SimulatedDisk
  #saved: { readonly record: WitnessRecord; readonly appends: number }[] = []

  constructor(disk: SimulatedDisk) {
    this.#disk = disk
  }

  load(): WitnessRecord | undefined {
    return this.#saved.at(-1)?.record
  }

  save({ token, nextToken, position, logHash }: WitnessRecord): void {
    const record = { token: token.slice(), nextToken: nextToken.slice(), position, logHash: logHash.slice() }
    this.#saved.push({ record, appends: this.#disk.length })
  }

  close(): void {}

  /** Says again what it said when the disk had taken that many appends. */
  putBack(appends: number): void {
    this.#saved = this.#saved.filter(saved => saved.appends <= appends)
  }
}
