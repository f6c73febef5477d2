import { coreError } from "../errors/core-error.ts"
import type { ProjectionSource } from "../projection/projection-source.ts"

/** Where a migration is. */
export type MigrationPhase =
  /** It is on record; nothing was counted or written yet. */
  | "planned"
  /** The new sink is given what there was when it began. */
  | "backfill"
  /** It is given what came since. */
  | "catch-up"
  /** It is compared with the documents. */
  | "verify"
  /** It is right, and waits to be asked to serve, or is being put in the other's place. */
  | "cutover"
  /** It serves; the former one is fed on, so that one can go back. */
  | "soak"
  /** The former sink is not fed any more. */
  | "done"
  /** The former sink serves, as if nothing had been; the new one is not fed any more. */
  | "rolled-back"
  /** It needs somebody: see `MigrationStatus.failure`. The former sink serves; where a cutover failed, readers are pointed at it again. */
  | "failed"

/** All that a migration must remember, kept as one value of the store: what is not in it did not happen. */
export interface MigrationState {
  readonly phase: MigrationPhase
  /** The sink that is replaced, if any, and the new one: a record of others is not taken up. */
  readonly from?: string
  readonly to: string
  /** Log position up to which the backfill goes. */
  readonly target: number
  /** Documents that the new sink had to be given when the backfill began. */
  readonly documents: number
  /** Which filling of the new sink was found right, as `generation.projection`; another one has to be verified again. In `cutover` absent: it was lost since. */
  readonly verified?: string
  /** How far the new sink was in the log then: opened anew, it is known to be the same only where it is further. */
  readonly verifiedAt?: number
  /** The new sink was asked to serve; holds until it does, also where it has to be verified again for it. */
  readonly asked?: true
  /** The phase is decided, what follows from it (pointing readers, letting go of a sink) may not all be done yet. */
  readonly unsettled?: true
  readonly failure?: string
}

const space = "migration"

/**
 * Reads the record of a migration; `undefined` where there is none.
 *
 * @throws SynclineError `options-invalid` when it is one of other sinks.
 */
export async function loadMigrationState(
  source: ProjectionSource,
  name: string,
  sinks: Pick<MigrationState, "from" | "to">
): Promise<MigrationState | undefined> {
  const bytes = await source.readValue(space, name)
  if (bytes === undefined) return undefined
  const state = JSON.parse(new TextDecoder().decode(bytes)) as MigrationState
  if (state.from === sinks.from && state.to === sinks.to) return state
  throw coreError(
    "options-invalid",
    `migration "${name}" is on record from ${said(state.from)} to ${said(state.to)}, not from ${said(sinks.from)} to ${said(sinks.to)}; give this one another name`
  )
}

/** Durable once settled. */
export async function saveMigrationState(
  source: ProjectionSource,
  name: string,
  state: MigrationState
): Promise<void> {
  await source.writeValues([{ space, key: name, value: new TextEncoder().encode(JSON.stringify(state)) }])
}

function said(sink: string | undefined): string {
  return sink === undefined ? "none" : `"${sink}"`
}
