import { diffError } from "../../error/diff-error.ts"
import { type MixingExports, OLD_BLOCK_BYTES, openMixingModule } from "./mixing-module.ts"
import type { MixingParameters } from "./mixing-parameters.ts"

/** The most literals that {@link MixingModel.writeLiterals} and {@link MixingModel.readLiterals} take at a time. */
export const LITERALS_AT_ONCE = 4096

// A quarter of the room for coded bytes: no operation takes more than the rest (a bit costs at most 12, a literal 96).
const DRAIN_AT = 2 ** 14

/**
 * The model and its arithmetic coder, in a machine of its own. Operations are coded part by part: how many literals, where
 * the copy begins, the literals, and unless they complete the new version, how long the copy is.
 */
export class MixingModel {
  readonly #machine: MixingExports
  readonly #writes: boolean
  readonly #output: Uint8Array[] = []
  #view: Uint8Array

  private constructor(machine: MixingExports, writes: boolean) {
    this.#machine = machine
    this.#writes = writes
    this.#view = new Uint8Array(machine.memory.buffer)
  }

  /**
   * A model that writes.
   *
   * @throws SynclineError `binary-unsupported` if the runtime cannot run it or has not enough memory, also later for literals.
   */
  static async forEncoding(
    old: Uint8Array,
    nextLength: number,
    parameters: MixingParameters
  ): Promise<MixingModel> {
    return MixingModel.#open(old, nextLength, parameters)
  }

  /** A model that reads; throws as {@link MixingModel.forEncoding}. */
  static async forDecoding(
    old: Uint8Array,
    nextLength: number,
    parameters: MixingParameters,
    coded: Uint8Array
  ): Promise<MixingModel> {
    return MixingModel.#open(old, nextLength, parameters, coded)
  }

  static async #open(
    old: Uint8Array,
    nextLength: number,
    { reach, rowBits }: MixingParameters,
    coded?: Uint8Array
  ): Promise<MixingModel> {
    const machine = await openMixingModule({ old: { copyBlock: block => model.#copyBlock(old, block) } })
    const model = new MixingModel(machine, coded === undefined)
    if (machine.start(old.length, nextLength, coded?.length ?? 0, reach, rowBits) === 0)
      throw noMemory(old.length)
    if (coded !== undefined) {
      model.#memory().set(coded, machine.codedAddress())
      machine.startReading()
    }
    return model
  }

  codeLiteralCount(value = 0): number {
    return this.#machine.codeLiteralCount(value) >>> 0
  }

  /** Has to lie inside of old before anything else is coded. */
  codeCopyStart(from = 0): number {
    return this.#machine.codeCopyStart(from) >>> 0
  }

  /** Begins the literals of an operation; returns how many bytes of old were learned from. */
  startRun(literals: number): number {
    return this.#machine.startRun(literals) >>> 0
  }

  writeLiterals(bytes: Uint8Array): void {
    const at = this.#roomFor(bytes.length)
    this.#memory().set(bytes, at)
    this.#machine.codeLiterals(bytes.length)
    this.#drain()
  }

  readLiterals(into: Uint8Array): void {
    const at = this.#roomFor(into.length)
    this.#machine.codeLiterals(into.length)
    into.set(this.#memory().subarray(at, at + into.length))
  }

  codeCopyLength(length = 0): number {
    const coded = this.#machine.codeCopyLength(length) >>> 0
    if (this.#writes && this.#machine.pendingBytes() > DRAIN_AT) this.#drain()
    return coded
  }

  /**
   * Coded bytes so far and those still to come of the last parts. Nothing more can be written then.
   *
   * @throws RangeError if parts were not coded in the order of operations and more came than is kept of coded bytes.
   */
  finish(): readonly Uint8Array[] {
    this.#machine.finishEncoding()
    this.#drain()
    if (this.missingBytes > 0) throw new RangeError(`${this.missingBytes} coded bytes found no room`)
    return this.#output
  }

  /** How many bytes beyond the coded ones were needed so far, up to four of which may be left out; or found no room. */
  get missingBytes(): number {
    return this.#machine.missingBytes()
  }

  #copyBlock(old: Uint8Array, block: number): void {
    const from = block * OLD_BLOCK_BYTES
    this.#memory().set(old.subarray(from, from + OLD_BLOCK_BYTES), (this.#machine.oldAddress() >>> 0) + from)
  }

  #roomFor(literals: number): number {
    const at = this.#machine.roomFor(literals) >>> 0
    if (at === 0) throw noMemory(literals)
    return at
  }

  // Whenever memory grew, views of it are dead.
  #memory(): Uint8Array {
    if (this.#view.length === 0) this.#view = new Uint8Array(this.#machine.memory.buffer)
    return this.#view
  }

  #drain(): void {
    const length = this.#machine.drain()
    const at = this.#machine.outputAddress()
    if (length > 0) this.#output.push(this.#memory().slice(at, at + length))
  }
}

function noMemory(bytes: number): Error {
  return diffError("binary-unsupported", `this runtime has no memory for a model of ${bytes} bytes more`)
}
