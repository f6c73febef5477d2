import type { ProjectionSource } from "../projection/projection-source.ts"
import type { SinkSession } from "../projection/sink.ts"

const space = "verified-clean"

/** Up to where a sink was last verified completely and found clean. */
interface CleanMark {
  readonly generation: number
  readonly projection: number
  readonly position: number
}

/**
 * The log position up to which the last clean verification of a sink reached; 0 where there was none, or everything was
 * projected anew since.
 */
export async function readCleanMark(
  source: ProjectionSource,
  sink: string,
  { generation, projection }: SinkSession
): Promise<number> {
  const mark = await loadMark(source, sink)
  return mark?.generation === generation && mark.projection === projection ? mark.position : 0
}

/**
 * Forgets the mark of a sink that is behind it: it was emptied, put back, or is another one of its name, and once it is filled nothing shows that. To be called before.
 */
export async function forgetLostMark(
  source: ProjectionSource,
  sink: string,
  { watermark }: SinkSession
): Promise<void> {
  const mark = await loadMark(source, sink)
  if (mark !== undefined && watermark.position < mark.position)
    await source.writeValues([{ space, key: sink, value: null }])
}

/** Remembers that the sink is right up to a log position. A mark is a convenience: failing to keep it fails nothing. */
export async function keepCleanMark(
  source: ProjectionSource,
  sink: string,
  session: SinkSession,
  position: number
): Promise<void> {
  const { generation, projection } = session
  const mark: CleanMark = { generation, projection, position }
  const value = new TextEncoder().encode(JSON.stringify(mark))
  try {
    // Where nothing changed, verifying again and again writes nothing.
    if ((await readCleanMark(source, sink, session)) === position) return
    await source.writeValues([{ space, key: sink, value }])
  } catch (error) {
    source.ports.logger.warn(`sink ${sink}: that it is clean up to ${position} could not be kept`, {
      sink,
      error
    })
  }
}

async function loadMark(source: ProjectionSource, sink: string): Promise<CleanMark | undefined> {
  const bytes = await source.readValue(space, sink)
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as CleanMark)
}
