import { coreError } from "../errors/core-error.ts"
import type { FedSink } from "../projection/sink-group.ts"
import type { Sink } from "../projection/sink.ts"

/** What `migrateSink` takes. */
export interface MigrationOptions {
  /** Under which it is on record in the store, for good. Default: the names of the sinks. */
  readonly name?: string
  /** The sink that serves until now. Absent: one is added. */
  readonly from?: FedSink
  /** The sink that is to serve. Its own name, and a place of its own: another file, other collections. */
  readonly to: FedSink
  /**
   * `asked`: found right, the new sink waits for `cutover()`. `automatic`: it serves at once. Default: `asked` where it replaces
   * another one, `automatic` where it is added.
   */
  readonly cutover?: "asked" | "automatic"
  /**
   * Points readers that do not go through the replica at a sink: an alias, a view, a setting. Called with the new sink's name at
   * cutover, with the former one's at rollback, and again after a crash or failure: pointing twice must do no harm.
   */
  readonly publish?: (serving: string) => Promise<void>
  /** Takes it as right although its mapping refuses documents, which are parked. Default `false`. */
  readonly acceptParked?: boolean
}

/** Options with defaults filled in. */
export interface MigrationSettings {
  readonly name: string
  readonly from: FedSink | undefined
  readonly to: FedSink
  readonly fromName: string | undefined
  readonly toName: string
  readonly automatic: boolean
  readonly acceptParked: boolean
  readonly publish: (serving: string) => Promise<void>
}

/** @throws SynclineError `options-invalid` */
export function migrationSettings(options: MigrationOptions): MigrationSettings {
  const { from, to, publish } = options
  const fromName = from === undefined ? undefined : sinkOf(from).name
  const toName = sinkOf(to).name
  if (fromName === toName)
    throw coreError(
      "options-invalid",
      `a migration goes between two sinks, and both are named "${toName}"; give the new one another name`
    )
  return {
    name: options.name ?? (fromName === undefined ? toName : `${fromName} → ${toName}`),
    from,
    to,
    fromName,
    toName,
    automatic: (options.cutover ?? (from === undefined ? "automatic" : "asked")) === "automatic",
    acceptParked: options.acceptParked ?? false,
    publish: publish ?? (() => Promise.resolve())
  }
}

/** The sink itself. */
export function sinkOf(fed: FedSink): Sink {
  return "sink" in fed ? fed.sink : fed
}
