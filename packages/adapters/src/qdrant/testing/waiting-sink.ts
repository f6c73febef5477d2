import type { Sink, SinkSession } from "@syncline/core"

/** A sink each of whose calls begins when what is under way elsewhere is done: damage that is told without waiting. */
export function waitingSink(sink: Sink, settled: () => Promise<void>): Sink {
  return {
    name: sink.name,
    open: async context => {
      await settled()
      return waitingSession(await sink.open(context), settled)
    }
  }
}

const waiting: readonly (string | symbol)[] = [
  "apply",
  "scan",
  "read",
  "nearest",
  "repair",
  "raiseGeneration"
]

function waitingSession(session: SinkSession, settled: () => Promise<void>): SinkSession {
  return new Proxy(session, {
    get: (target, name): unknown => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== "function") return member
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args)
      return waiting.includes(name) ? async (...args: unknown[]) => settled().then(() => call(...args)) : call
    }
  })
}
