import type { Sink, SinkSession, SinkWrite } from "../projection/sink.ts"

/** The same sink; `onApplied` hears of each batch that is in. */
export function watchedSink(sink: Sink, onApplied: (writes: readonly SinkWrite[]) => void): Sink {
  return {
    name: sink.name,
    open: async context => watchedSession(await sink.open(context), onApplied)
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
