import type { ActorId, SynclineError } from "@syncline/clock"
import { actorIdFromBytes, actorIdToBytes, isSynclineError } from "@syncline/clock"
import { ByteReader, ByteWriter } from "@syncline/clock/bytes"
import { equalBytes } from "../codec/hex.ts"
import type { Engine } from "../engine/engine.ts"
import { coreError } from "../errors/core-error.ts"
import type { RandomPort } from "../ports/ports.ts"
import type { LogEnd, StoreSession, ValueWrite } from "../store/store.ts"
import type { Witness, WitnessRecord } from "../store/witness.ts"

/** How a replica comes by its actor. */
export type IdentityChoice =
  /** Keep it as long as the witness vouches for the store. */
  | "witnessed"
  /** A new actor at every opening: for machines that are themselves snapshotted, or have no place for a witness. */
  | "per-opening"

const tokenBytes = 16
const space = "identity"
const key = "current"

interface StoredIdentity {
  readonly actor: ActorId
  readonly token: Uint8Array
  readonly engines: ReadonlyMap<string, Uint8Array>
}

/** Who this replica is: its actor and the engines' identities, of one lifetime. */
export class Identity {
  readonly #random: RandomPort
  readonly #witness: Witness | undefined
  #actor: ActorId
  #engines: Map<string, Uint8Array>
  /** What the store holds now, as far as the witness must know. */
  #token: Uint8Array
  /** Changes at each opening even where nothing else does: a copy made before is then told apart. */
  readonly #nextToken: Uint8Array
  /** Counts what the store must learn; it knows all when `#saved` has caught up. */
  #changes = 1
  #offered = 0
  #saved = 0

  private constructor(random: RandomPort, witness: Witness | undefined, kept: StoredIdentity | undefined) {
    this.#random = random
    this.#witness = witness
    this.#nextToken = random.bytes(tokenBytes)
    this.#actor = kept?.actor ?? actorIdFromBytes(random.bytes(8))
    this.#engines = new Map(kept?.engines)
    this.#token = kept?.token ?? this.#nextToken
  }

  /**
   * Decides whether the store's old identity may be used again.
   *
   * @throws SynclineError `witness-unavailable` when a witness is wanted and there is no place for one.
   */
  static async open(
    session: StoreSession,
    witness: Witness | undefined,
    choice: IdentityChoice,
    random: RandomPort
  ): Promise<Identity> {
    if (choice === "per-opening") return new Identity(random, undefined, undefined)
    const bytes = await session.readValue(space, key)
    const stored = bytes === undefined ? undefined : readIdentity(bytes)
    const vouched =
      stored !== undefined &&
      (witness === undefined || (await vouches(await witness.load(), stored, session)))
    const identity = new Identity(random, witness, vouched ? stored : undefined)
    await identity.#save(session.end)
    return identity
  }

  get actor(): ActorId {
    return this.#actor
  }

  /** An engine's identity, minted when first asked for. */
  of(engine: Engine): Uint8Array {
    const known = this.#engines.get(engine.name)
    if (known !== undefined) return known
    const minted = engine.createIdentity(this.#random)
    this.#engines.set(engine.name, minted)
    this.#changes++
    return minted
  }

  /** Becomes somebody new: another writer uses the old name. */
  rotate(): void {
    this.#actor = actorIdFromBytes(this.#random.bytes(8))
    this.#engines = new Map()
    this.#changes++
  }

  /** What the next append must carry; nothing if the store knows all. */
  unsavedValues(): readonly ValueWrite[] {
    this.#offered = this.#changes
    if (this.#saved === this.#changes) return []
    return [
      {
        space,
        key,
        value: encodeIdentity({ actor: this.#actor, token: this.#nextToken, engines: this.#engines })
      }
    ]
  }

  /** The append that carried `unsavedValues` is durable. */
  saved(): void {
    this.#saved = this.#offered
    this.#token = this.#nextToken
  }

  /** Tells the witness how far the store is, or `onFailed` that it could not. A promise where the witness needs one. */
  report(end: LogEnd, onFailed: (error: SynclineError) => void): void | Promise<void> {
    const failed = (cause: unknown) =>
      onFailed(
        isSynclineError(cause)
          ? cause
          : coreError("witness-unavailable", "the witness could not be written", { cause })
      )
    try {
      return this.#save(end)?.catch(failed)
    } catch (cause) {
      failed(cause)
      return undefined
    }
  }

  #save(end: LogEnd): void | Promise<void> {
    return this.#witness?.save({
      token: this.#token,
      nextToken: this.#nextToken,
      position: end.position,
      logHash: end.hash
    })
  }
}

/** Whether the store continues what the witness saw last: not behind it, not beside it. */
async function vouches(
  record: WitnessRecord | undefined,
  stored: StoredIdentity,
  session: StoreSession
): Promise<boolean> {
  if (record === undefined || record.position > session.end.position) return false
  if (!equalBytes(stored.token, record.token) && !equalBytes(stored.token, record.nextToken)) return false
  const hash =
    record.position === session.end.position ? session.end.hash : await session.logHashAt(record.position)
  return hash !== undefined && equalBytes(hash, record.logHash)
}

function encodeIdentity(identity: StoredIdentity): Uint8Array {
  const writer = new ByteWriter()
  writer.bytes(actorIdToBytes(identity.actor))
  writer.bytes(identity.token)
  writer.varUint(identity.engines.size)
  for (const [name, bytes] of identity.engines) {
    writer.varString(name)
    writer.varBytes(bytes)
  }
  return writer.finish()
}

/** Nothing for bytes that make no sense: a new name is always safe, and no reason not to open. */
function readIdentity(bytes: Uint8Array): StoredIdentity | undefined {
  try {
    return decodeIdentity(bytes)
  } catch {
    return undefined
  }
}

function decodeIdentity(bytes: Uint8Array): StoredIdentity {
  const reader = new ByteReader(bytes)
  const actor = actorIdFromBytes(reader.bytes(8))
  const token = reader.bytes(tokenBytes).slice()
  const engines = new Map<string, Uint8Array>()
  for (let left = reader.varUint(64); left > 0; left--)
    engines.set(reader.varString(64), reader.varBytes(256).slice())
  reader.expectEnd()
  return { actor, token, engines }
}
