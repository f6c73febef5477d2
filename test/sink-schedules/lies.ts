import type { Sink, SinkRecord, SinkRepair, SinkSession, Store, StoreBatch, Watermark } from "@syncline/core"
import type { SinkRule, SinkSimulationOptions } from "@syncline/core/testing"

/** Something between a replica and its sinks, or its store, that does not do what it says; and what it is seen as. */
export interface Lie {
  readonly name: string
  readonly scenario: string
  readonly seenAs: SinkRule
  readonly options: Pick<SinkSimulationOptions, "wrapSink" | "wrapStore">
}

/** Every one of them is honest but for this. */
export const lies: readonly Lie[] = [
  {
    name: "moves the watermark past a document that it does not write",
    scenario: "projector",
    seenAs: "claimed",
    options: sinkWith(session => ({
      apply: (writes, watermark) => session.apply(writes.slice(1), watermark)
    }))
  },
  {
    name: "says that a batch is in, and writes it later",
    scenario: "projector",
    seenAs: "not-projected",
    options: sinkWith((session, liar) => ({
      get watermark() {
        return liar.said ?? session.watermark
      },
      apply: (writes, watermark) => {
        liar.said = watermark
        liar.later(() => session.apply(writes, watermark))
        return Promise.resolve()
      }
    }))
  },
  {
    name: "puts back what it was given before",
    scenario: "projector",
    seenAs: "went-back",
    options: sinkWith((session, { former }) => ({
      apply: async (writes, watermark) => {
        await session.apply(writes, watermark)
        const before = writes.flatMap(({ document: { id } }) => former.get(id) ?? [])
        for (const write of writes) former.set(write.document.id, write)
        const records = await session.read(before.map(({ document: { id } }) => id))
        await session.repair(
          before.map(write => ({ id: write.document.id, token: tokenOf(records, write.document.id), write }))
        )
      }
    }))
  },
  {
    name: "says of records that are right that their seals do not hold",
    scenario: "projector",
    seenAs: "false-alarm",
    options: sinkWith(session => ({
      read: async ids => (await session.read(ids)).map(record => ({ ...record, sealed: false })),
      scan: async page => (await session.scan(page)).map(entry => ({ ...entry, sealed: false }))
    }))
  },
  {
    name: "mends nothing, and shows what was to be mended as if it was",
    scenario: "repair",
    seenAs: "not-as-said",
    options: sinkWith((session, { mended }) => ({
      repair: async repairs => {
        for (const repair of repairs) mended.set(repair.id, repair)
        await session.repair(repairs.map(repair => ({ ...repair, token: "another" })))
        return repairs.map(() => "swapped" as const)
      },
      read: async ids => {
        const records = await session.read(ids)
        const others = records.filter(({ id }) => !mended.has(id))
        return [...others, ...ids.flatMap(id => shownAs(mended.get(id)))]
      }
    }))
  },
  {
    name: "once it mended, moves the watermark past a document that it does not write",
    scenario: "repair",
    seenAs: "claimed",
    options: sinkWith((session, { mended }) => ({
      repair: noting(session, mended),
      apply: (writes, watermark) => session.apply(mended.size === 0 ? writes : writes.slice(1), watermark)
    }))
  },
  {
    name: "once it mended, says of records that are right that their seals do not hold",
    scenario: "repair",
    seenAs: "false-alarm",
    options: sinkWith((session, { mended }) => {
      const seen = <Entry extends { readonly sealed: boolean | undefined }>(
        entries: readonly Entry[]
      ): Entry[] => entries.map(entry => ({ ...entry, ...(mended.size > 0 && { sealed: false }) }))
      return {
        repair: noting(session, mended),
        read: async ids => seen(await session.read(ids)),
        scan: async page => seen(await session.scan(page))
      }
    })
  },
  {
    name: "says of itself that it does other than it does",
    scenario: "projector",
    seenAs: "not-guaranteed",
    options: sinkWith(session => ({ guarantees: { ...session.guarantees, tombstones: false } }))
  },
  {
    name: "writes on when it was closed",
    scenario: "projector",
    seenAs: "outlived",
    options: sinkWith((session, { later }) => ({
      close: async () => {
        later(() => session.scan({ limit: 1, contents: false }))
        later(() => session.close())
      }
    }))
  },
  {
    name: "makes other rows of a document, and seals them",
    scenario: "projector",
    seenAs: "not-equal",
    options: sinkWith(session => ({
      project: document => session.project({ ...document, value: { ...document.value, title: "another" } })
    }))
  },
  {
    name: "mends nothing",
    scenario: "repair",
    seenAs: "not-mended",
    options: sinkWith(() => ({
      repair: repairs => Promise.resolve(repairs.map(() => "changed-meanwhile" as const))
    }))
  },
  {
    name: "says that nobody changed anything",
    scenario: "oversight",
    seenAs: "not-mended",
    options: sinkWith(({ tracking }) => ({
      ...(tracking && { tracking: { ...tracking, marked: () => Promise.resolve([]) } })
    }))
  },
  {
    name: "never answers",
    scenario: "projector",
    seenAs: "not-at-rest",
    options: sinkWith(() => ({ apply: () => new Promise(() => {}) }))
  },
  {
    name: "does not delete small values",
    scenario: "repair",
    seenAs: "left-behind",
    options: {
      wrapStore: storeWith(({ documents, values = [] }) => ({
        documents,
        values: values.filter(({ value }) => value !== null)
      }))
    }
  },
  {
    name: "writes heads, and not the records with them",
    scenario: "projector",
    seenAs: "lost",
    options: {
      wrapStore: storeWith(({ documents, values = [] }) => ({
        documents: documents.slice(1),
        values
      }))
    }
  }
]

/** What a lying session may work with. */
interface Liar {
  /** Not at once. */
  readonly later: (work: () => Promise<unknown>) => void
  readonly former: Map<string, Parameters<SinkSession["apply"]>[0][number]>
  readonly mended: Map<string, SinkRepair>
  said?: Watermark
}

function sinkWith(
  replaced: (session: SinkSession, liar: Liar) => Partial<SinkSession>
): Pick<SinkSimulationOptions, "wrapSink"> {
  return {
    wrapSink: (sink: Sink) => ({
      name: sink.name,
      open: async context => {
        const session = await sink.open(context)
        const later = (work: () => Promise<unknown>): void =>
          void context.ports.timers.schedule(700, () => void work().catch(() => {}))
        return replacing(session, replaced(session, { later, former: new Map(), mended: new Map() }))
      }
    })
  }
}

function storeWith(changed: (batch: StoreBatch) => StoreBatch): (store: Store) => Store {
  return store => ({
    name: store.name,
    open: async () => {
      const session = await store.open()
      return replacing(session, { append: (batch: StoreBatch) => session.append(changed(batch)) })
    }
  })
}

/** Repairs as asked, and remembers what. */
function noting(session: SinkSession, mended: Map<string, SinkRepair>): SinkSession["repair"] {
  return async repairs => {
    const outcomes = await session.repair(repairs)
    for (const repair of repairs) mended.set(repair.id, repair)
    return outcomes
  }
}

/** The session with some of its members replaced. */
function replacing<Session extends object>(session: Session, replaced: Partial<Session>): Session {
  return new Proxy(session, {
    get: (target, name) => {
      if (name in replaced) return Reflect.get(replaced, name) as unknown
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === "function" ? (member.bind(target) as unknown) : member
    }
  })
}

function tokenOf(records: readonly SinkRecord[], id: string): string | undefined {
  return records.find(record => record.id === id)?.token
}

function shownAs(repair: SinkRepair | undefined): readonly SinkRecord[] {
  if (repair?.write === undefined) return []
  const { document, key } = repair.write
  const { id, digest, deleted } = document
  return [{ id, key, digest, deleted, sealed: true, token: repair.token ?? "" }]
}
