import { coreError } from "../errors/core-error.ts"
import type { FedSink } from "../projection/sink-group.ts"
import type { Sink } from "../projection/sink.ts"

/** What `publish` is given beside the sink's name. */
export interface PublishOptions {
  /** Fires when it is given up: end then what is under way, for what comes later may undo what is published next. */
  readonly signal: AbortSignal
}

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
   * cutover, with the former one's at rollback and where the cutover fails, and again after a crash or failure: pointing twice must do no harm. What takes
   * longer than a minute is given up, and tried again.
   */
  readonly publish?: (serving: string, options: PublishOptions) => Promise<void>
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
  readonly publish: (serving: string, options: PublishOptions) => Promise<void>
}

/** @throws SynclineError `options-invalid` */
export function migrationSettings(options: MigrationOptions): MigrationSettings {
  mustBeOptions(options)
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

/** What a type checker would have said: a wrong one would otherwise show at the cutover, days later. */
function mustBeOptions({ name, from, to, cutover, publish }: MigrationOptions): void {
  mustBe(name === undefined || (typeof name === "string" && name !== ""), "name", "a text")
  mustBe(isFed(to), "to", "a sink, or an object with one as sink")
  mustBe(from === undefined || isFed(from), "from", "a sink, or an object with one as sink")
  mustBe(
    cutover === undefined || ["asked", "automatic"].includes(cutover),
    "cutover",
    '"asked" or "automatic"'
  )
  mustBe(publish === undefined || typeof publish === "function", "publish", "a function")
}

function isFed(fed: unknown): boolean {
  if (typeof fed !== "object" || fed === null) return false
  const sink: unknown = "sink" in fed ? fed.sink : fed
  return typeof sink === "object" && sink !== null && "open" in sink && typeof sink.open === "function"
}

function mustBe(isRight: boolean, option: string, what: string): void {
  if (!isRight) throw coreError("options-invalid", `migrateSink takes as \`${option}\` ${what}`)
}

/** The sink itself. */
export function sinkOf(fed: FedSink): Sink {
  return "sink" in fed ? fed.sink : fed
}
