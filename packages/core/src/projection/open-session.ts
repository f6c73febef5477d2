import { equalBytes } from "../codec/hex.ts"
import type { TimerPort } from "../ports/ports.ts"
import { answerInTime } from "./answer-in-time.ts"
import type { LeaseKeeper } from "./lease-keeper.ts"
import { ParkedDocuments } from "./parked-documents.ts"
import type { ProjectionSource } from "./projection-source.ts"
import { hasOtherDefaults, keepDefaults } from "./shown-defaults.ts"
import type { TableSearch } from "./table-search.ts"
import type { Sink, SinkSession, SinkValues } from "./sink.ts"

/** A sink ready to be fed. */
export interface OpenedSink {
  readonly session: SinkSession
  readonly parked: ParkedDocuments
  readonly searchable: readonly TableSearch[]
}

/**
 * Opens a sink for a source. Where the sink's watermark does not lie on this log (a restored store, a store put in
 * another's place), or documents show other defaults or upgrades by now, the generation is raised, so that everything is applied again and older heights still win.
 */
export async function openSession(
  sink: Sink,
  source: ProjectionSource,
  sealKey: Uint8Array,
  lease?: LeaseKeeper
): Promise<OpenedSink> {
  const { epoch, ports } = source
  const values = valuesOf(source)
  const searchable: TableSearch[] = []
  const offer = (search: TableSearch): void => void searchable.push(search)
  const session = await sink.open({ epoch, sealKey, ports, values, offer })
  try {
    // Before anything is written: it may raise the generation, and take the watermark back.
    await lease?.take(session)
    const isOther = await hasOtherDefaults(source, sink.name)
    const reason = (await foreignReason(session, source)) ?? (isOther ? defaultsReason(session) : undefined)
    if (reason !== undefined) {
      ports.logger.warn(`sink ${sink.name}: ${reason}; everything is projected anew`, { sink: sink.name })
      await session.raiseGeneration(session.generation)
    }
    if (isOther) await keepDefaults(source, sink.name)
    const parked = await ParkedDocuments.load(source, sink.name, session.projection)
    return { session, parked, searchable }
  } catch (error) {
    await session.close()
    throw error
  }
}

/**
 * The opened sink, or `sink-failed` after a while; what is opened later than that is closed again.
 *
 * @throws SynclineError `sink-failed`, and what the opening is rejected with.
 */
export async function openedInTime(
  opening: Promise<OpenedSink>,
  sink: string,
  timeoutMs: number,
  timers: TimerPort
): Promise<OpenedSink> {
  try {
    return await answerInTime(opening, sink, timeoutMs, timers)
  } catch (error) {
    opening.then(({ session }) => session.close()).catch(() => {})
    throw error
  }
}

const valuesBySource = new WeakMap<ProjectionSource, SinkValues>()

/** The small values of a source; one object for all who ask. */
export function valuesOf(source: ProjectionSource): SinkValues {
  const known = valuesBySource.get(source)
  if (known !== undefined) return known
  const values: SinkValues = {
    read: (space, key) => source.readValue(space, key),
    list: (space, after, limit) => source.listValues(space, after, limit),
    write: writes => source.writeValues(writes)
  }
  valuesBySource.set(source, values)
  return values
}

/** No mapping tells: it reads values, and those are other ones now. */
function defaultsReason({ watermark }: SinkSession): string | undefined {
  return watermark.position === 0
    ? undefined
    : "documents show otherwise than its records were made (other defaults of registers, other upgrades)"
}

async function foreignReason(session: SinkSession, source: ProjectionSource): Promise<string | undefined> {
  const { position, logHash } = session.watermark
  if (position > source.end.position) return "it is ahead of the log, so the store was restored"
  if (position === 0) return session.inherited ? "it holds records this store's log did not bring" : undefined
  const ours = position === source.end.position ? source.end.hash : await source.logHashAt?.(position)
  return ours === undefined || logHash === undefined || equalBytes(ours, logHash)
    ? undefined
    : "the log took another course below its watermark, so the store was restored"
}
