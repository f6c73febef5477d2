import type { Sink, SinkSession, SinkWrite } from "../projection/sink.ts"

/** Who watches a sink. */
export interface SinkWatcher {
  /** Hears of each session before it is fed, and is waited for. Must not fail. */
  readonly onOpened: (session: SinkSession) => Promise<void>
  /** Hears of each batch that is in. */
  readonly onApplied: (writes: readonly SinkWrite[]) => void
}

/** The same sink, watched. */
export function watchedSink(sink: Sink, { onOpened, onApplied }: SinkWatcher): Sink {
  return {
    name: sink.name,
    open: async context => {
      const session = await sink.open(context)
      await onOpened(session)
      return watchedSession(session, onApplied)
    }
  }
}

/** The same session, watched. Sessions have members that are optional and facts that change: all but one is the session's own, whatever it has. */
export function watchedSession(
  session: SinkSession,
  onApplied: (writes: readonly SinkWrite[]) => void
): SinkSession {
  const apply: SinkSession["apply"] = async (writes, watermark) => {
    await session.apply(writes, watermark)
    onApplied(writes)
  }
  return new Proxy(session, {
    get(target, property) {
      if (property === "apply") return apply
      const member: unknown = Reflect.get(target, property, target)
      return typeof member === "function" ? (member.bind(target) as unknown) : member
    }
  })
}
