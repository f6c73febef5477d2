import { closeSync, constants, mkdirSync, openSync, readSync, writeSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { coreError, type SyncWitness, type WitnessRecord } from "@syncline/core"
import { fileIdentity } from "./file-identity.ts"
import { stateDirectory } from "./state-directory.ts"
import { decodeSlot, encodeSlot, slotBytes } from "./witness-slot.ts"

/** Where a file witness lies. */
export interface FileWitnessOptions {
  /** Default: `SYNCLINE_STATE_DIR`, else the user's state directory by the platform's convention. */
  readonly directory?: string
}

/** Slots lie in different sectors: a write that is torn by power loss damages one of them. */
const slotDistance = 4096

/**
 * The witness of a database file: a small file in the user's state directory, named by the identity of the database file,
 * so that it is found again after a rename, and not for a copy. Nothing is created before it is first used.
 *
 * Saves alternate between two checksummed slots and are not flushed to disk. They survive the process at once, and the
 * machine after some seconds; losing the newest ones with the power is safe: the store then extends an older record,
 * which is what an undisturbed store does, too. It would be accepted wrongly only where within those seconds a backup was
 * taken and, after the loss of power, restored into the same file. The other way round (the record is there and the store
 * lost its tail) costs a new actor, which is right: the tail may have been sent.
 *
 * @throws SynclineError `witness-unavailable`, from its methods.
 */
export function fileWitness(database: string, options: FileWitnessOptions = {}): SyncWitness {
  return new FileWitness(database, resolve(options.directory ?? stateDirectory()))
}

class FileWitness implements SyncWitness {
  readonly #database: string
  readonly #directory: string
  readonly #slot: Buffer = Buffer.alloc(slotBytes)
  #file: number | undefined
  /** Writes made so far, as the file has it; known once the file is open. */
  #sequence = 0

  constructor(database: string, directory: string) {
    this.#database = database
    this.#directory = directory
  }

  load(): WitnessRecord | undefined {
    return this.#guard("read", () => {
      const newest = this.#readNewest(this.#open())
      this.#sequence = newest?.sequence ?? 0
      return newest?.record
    })
  }

  save(record: WitnessRecord): void {
    this.#guard("written", () => {
      const fresh = this.#file === undefined
      const file = this.#open()
      if (fresh) this.#sequence = this.#readNewest(file)?.sequence ?? 0
      const sequence = this.#sequence + 1
      encodeSlot(this.#slot, sequence, record)
      writeSync(file, this.#slot, 0, slotBytes, (sequence % 2) * slotDistance)
      this.#sequence = sequence
    })
  }

  close(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) this.#guard("closed", () => closeSync(file))
  }

  #open(): number {
    if (this.#file !== undefined) return this.#file
    if (dirname(resolve(this.#database)) === this.#directory)
      throw new Error("it is the folder of the data, and would be copied and restored with it")
    const folder = join(this.#directory, "witness")
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, fileIdentity(this.#database))
    this.#file = openOrCreate(path)
    return this.#file
  }

  #readNewest(file: number): ReturnType<typeof decodeSlot> {
    const slots = [0, 1].map(index => {
      const bytes = Buffer.alloc(slotBytes)
      readSync(file, bytes, 0, slotBytes, index * slotDistance)
      return decodeSlot(bytes)
    })
    const [even, odd] = slots
    if (even === undefined || odd === undefined) return even ?? odd
    return even.sequence > odd.sequence ? even : odd
  }

  #guard<T>(what: string, action: () => T): T {
    try {
      return action()
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw coreError(
        "witness-unavailable",
        `the identity witness of ${this.#database} cannot be ${what} in ${this.#directory} (${reason}); make it writable, set SYNCLINE_STATE_DIR, or choose an identity explicitly`,
        { cause, details: { database: this.#database, directory: this.#directory } }
      )
    }
  }
}

/** Read and write, for the owner alone; neither truncates nor appends, as no single flag string of Node says. */
function openOrCreate(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600)
}
