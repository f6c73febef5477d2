import { equalBytes } from "../codec/hex.ts"
import { forgetLostMark } from "../consistency/clean-mark.ts"
import { answerInTime } from "./answer-in-time.ts"
import type { LeaseKeeper } from "./lease-keeper.ts"
import { ParkedDocuments } from "./parked-documents.ts"
import { throwIfAborted } from "./position-waiters.ts"
import type { ProjectionSource } from "./projection-source.ts"
import { hasOtherDefaults, keepDefaults } from "./shown-defaults.ts"
import type { TableSearch } from "./table-search.ts"
import type { Sink, SinkSession } from "./sink.ts"
import { valuesOf } from "./source-values.ts"

/** A sink ready to be fed. */
export interface OpenedSink {
  readonly session: SinkSession
  readonly parked: ParkedDocuments
  readonly searchable: readonly TableSearch[]
  /**
   * Whether its watermark is known to lie on this log. Where the log has forgotten what was there (`rememberedPositions` later, once it is folded), a store that was restored and has
   * grown since looks as one whose sink was away for long.
   */
  readonly isProven: boolean
}

/** What a sink is opened with. */
export interface OpeningParts {
  /** As in `ProjectorOptions`. */
  readonly sealKey: Uint8Array
  readonly lease: LeaseKeeper | undefined
  /** What takes longer has failed. */
  readonly timeoutMs: number
}

/**
 * Opens a sink for a source, or gives `sink-failed` after a while; what is opened later than that is closed again, and asked for
 * nothing: it must not take a lease that nobody keeps. One that was asked for in time and comes late is given back.
 *
 * @throws SynclineError `sink-failed`, and what the opening is rejected with.
 */
export async function openSession(
  sink: Sink,
  source: ProjectionSource,
  parts: OpeningParts
): Promise<OpenedSink> {
  const late = new AbortController()
  const opening = opened(sink, source, parts, late.signal)
  try {
    return await answerInTime(opening, sink.name, parts.timeoutMs, source.ports.timers)
  } catch (error) {
    late.abort()
    opening.then(({ session }) => letGo(session, parts.lease?.holder)).catch(() => {})
    throw error
  }
}

/**
 * Where the sink's watermark does not lie on this log (a restored store, a store put in another's place), or documents show other defaults or upgrades by now,
 * the generation is raised, so that everything is applied again and older heights still win.
 */
async function opened(
  sink: Sink,
  source: ProjectionSource,
  { sealKey, lease }: OpeningParts,
  givenUp: AbortSignal
): Promise<OpenedSink> {
  const { epoch, ports } = source
  const values = valuesOf(source)
  const searchable: TableSearch[] = []
  const offer = (search: TableSearch): void => void searchable.push(search)
  const asker = lease === undefined ? {} : { holder: lease.holder }
  const session = await sink.open({ epoch, sealKey, ports, values, offer, ...asker })
  let holder: string | undefined
  try {
    throwIfAborted(givenUp)
    // Before anything is written: it may raise the generation, and take the watermark back.
    await lease?.take(session)
    holder = lease?.holder
    throwIfAborted(givenUp)
    const isOther = await hasOtherDefaults(source, sink.name)
    const origin = await originOf(session, source)
    const reason = origin.foreign ?? (isOther ? defaultsReason(session) : undefined)
    if (reason !== undefined) {
      ports.logger.warn(`sink ${sink.name}: ${reason}; everything is projected anew`, { sink: sink.name })
      await session.raiseGeneration(session.generation)
    }
    if (isOther) await keepDefaults(source, sink.name)
    await forgetLostMark(source, sink.name, session)
    const parked = await ParkedDocuments.load(source, sink.name, session.projection)
    // Where everything is applied anew, nothing is taken at its word.
    const isProven = origin.isKnown || reason !== undefined
    if (!isProven)
      ports.logger.warn(
        `sink ${sink.name}: that it follows this store is not on record any more; it goes on, and is verified`,
        { sink: sink.name }
      )
    return { session, parked, searchable, isProven }
  } catch (error) {
    await letGo(session, holder)
    throw error
  }
}

/** Closes a session that nobody uses, and gives back the lease it may have. One that its projector's next session took is not touched. */
async function letGo(session: SinkSession, holder: string | undefined): Promise<void> {
  // Where that fails, it runs out.
  if (holder !== undefined) await session.releaseLease?.(holder).catch(() => {})
  await session.close()
}

/** No mapping tells: it reads values, and those are other ones now. */
function defaultsReason({ watermark }: SinkSession): string | undefined {
  return watermark.position === 0
    ? undefined
    : "documents show otherwise than its records were made (other defaults of registers, other upgrades)"
}

interface Origin {
  /** Why what the sink holds is not of this log. */
  readonly foreign?: string
  /** Whether that could be found out. */
  readonly isKnown: boolean
}

const own: Origin = { isKnown: true }
const foreign = (reason: string): Origin => ({ isKnown: true, foreign: reason })

async function originOf(session: SinkSession, source: ProjectionSource): Promise<Origin> {
  const { position, logHash } = session.watermark
  if (position > source.end.position) return foreign("it is ahead of the log, so the store was restored")
  if (position === 0)
    return session.inherited ? foreign("it holds records this store's log did not bring") : own
  const ours = position === source.end.position ? source.end.hash : await source.logHashAt?.(position)
  if (ours === undefined || logHash === undefined) return { isKnown: false }
  return equalBytes(ours, logHash)
    ? own
    : foreign("the log took another course below its watermark, so the store was restored")
}
