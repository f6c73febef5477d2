import type { ConcurrentTrace } from "../../bench/traces/editing-trace.ts"
import { causalPast } from "../../bench/traces/replay-concurrent.ts"
import { engines, LinkedWriters, type Place } from "./linked-writers.ts"
import { rawWriters, type RawWriters } from "./raw-writers.ts"
import { type Agent, otherThan, play, scheduleOf } from "./schedule.ts"

const agents = [0, 1] as const

/** What a recording is replayed on. */
export interface ReplayOptions {
  readonly engine: keyof typeof engines
  readonly place: Place
}

/** What two replicas ended with, beside what they should have. Pairs are of agent 0 and agent 1. */
export interface ReplayReport {
  readonly texts: readonly string[]
  /** What the library ended with that was given the same edits in the same order. */
  readonly libraryText: string
  /** Of the library's content, deletions included. */
  readonly states: readonly string[]
  readonly libraryState: string
  /** Root of the store and version of the document. */
  readonly stored: readonly string[]
  /** For each transaction of an agent, how many of the other one's its commit builds on, and how many it should. */
  readonly past: readonly (readonly number[])[]
  readonly recordedPast: readonly (readonly number[])[]
  readonly conflicts: readonly number[]
  /** Of sinks and stores. */
  readonly problems: readonly string[]
  /** Documents refused, and roots that differed when they should not have. */
  readonly refused: number
  readonly connections: number
  readonly bytes: number
  readonly milliseconds: number
}

/** Replays a recording on two replicas over a link, and then in the library alone. */
export async function replay(
  { engine, place }: ReplayOptions,
  trace: ConcurrentTrace
): Promise<ReplayReport> {
  const linked = await LinkedWriters.open(engine, place)
  try {
    const milliseconds = await timed(linked, trace)
    const library = rawWriters(engines[engine], linked.identities)
    await play(library, scheduleOf(trace))
    return await reportOf(linked, library, trace, milliseconds)
  } finally {
    await linked.close()
  }
}

/**
 * Makes a recording in the library alone, under the identities that two replicas have (where two people insert at one
 * place, they decide), and replays it on those.
 */
export async function replayNew(
  { engine, place }: ReplayOptions,
  record: (writers: RawWriters) => ConcurrentTrace
): Promise<ReplayReport> {
  const linked = await LinkedWriters.open(engine, place)
  try {
    const library = rawWriters(engines[engine], linked.identities)
    const trace = record(library)
    return await reportOf(linked, library, trace, await timed(linked, trace))
  } finally {
    await linked.close()
  }
}

async function timed(linked: LinkedWriters, trace: ConcurrentTrace): Promise<number> {
  const steps = scheduleOf(trace)
  const start = performance.now()
  await play(linked, steps)
  await linked.settle()
  return performance.now() - start
}

async function reportOf(
  linked: LinkedWriters,
  library: RawWriters,
  trace: ConcurrentTrace,
  milliseconds: number
): Promise<ReplayReport> {
  const { bytesIn, bytesOut, rejectedHere, rejectedThere, divergences, connections } = linked.link.metrics
  return {
    texts: agents.map(agent => linked.text(agent)),
    libraryText: library.text(0),
    states: agents.map(agent => linked.state(agent)),
    libraryState: library.state(0),
    stored: await Promise.all(agents.map(agent => linked.stored(agent))),
    past: agents.map(agent => linked.past(agent)),
    recordedPast: agents.map(agent => recordedPast(trace, agent)),
    conflicts: await Promise.all(agents.map(agent => linked.conflicts(agent))),
    problems: (await Promise.all(agents.map(agent => linked.problems(agent)))).flat(),
    refused: rejectedHere + rejectedThere + divergences,
    connections,
    bytes: bytesIn + bytesOut,
    milliseconds
  }
}

/** What differs from what a replay should end with, as lines; empty where nothing does. */
export function complaintsOf(report: ReplayReport, endContent: string | undefined): readonly string[] {
  return [
    ...same("the texts and what the library ends with", report.texts, report.libraryText),
    ...(endContent === undefined ? [] : same("the texts and the recorded end", report.texts, endContent)),
    ...same("the changes and those of the library", report.states, report.libraryState),
    ...same("what the stores hold", report.stored, report.stored[0]),
    ...same("what commits build on and what was recorded", [report.past], report.recordedPast),
    ...report.problems,
    ...(report.refused > 0 ? [`${report.refused} documents were refused, or roots differed`] : []),
    ...(report.connections === 1 ? [] : [`${report.connections} connections were made`])
  ]
}

function same(what: string, found: readonly unknown[], wanted: unknown): readonly string[] {
  return found.every(each => JSON.stringify(each) === JSON.stringify(wanted)) ? [] : [`${what} differ`]
}

/** How many pairs of commits do not know each other, by what the commits say. */
export function pairsOf({ past: [first = [], second = []] }: ReplayReport): number {
  let pairs = 0
  let until = 0
  for (const [at, seen] of first.entries()) {
    // Those of the other one that came before it saw this one.
    while (until < second.length && (second[until] ?? 0) <= at) until++
    pairs += Math.max(0, until - seen)
  }
  return pairs
}

function recordedPast(trace: ConcurrentTrace, agent: Agent): readonly number[] {
  const past = causalPast(trace)
  return trace.transactions.flatMap((transaction, at) =>
    transaction.agent === agent ? [past[at]?.[otherThan(agent)] ?? 0] : []
  )
}
