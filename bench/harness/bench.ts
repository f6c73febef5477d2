/** One named benchmark. A file under `bench/<area>/` exports a `benches: readonly Bench[]`. */
export interface Bench {
  /** What the filter of `npm run bench -- <filter>` matches, `area/subject`. */
  readonly name: string
  /** Measures and reports its rows. Throws only if it could not measure at all. */
  run(context: BenchContext): Promise<void> | void
}

/** What a running bench is given. */
export interface BenchContext {
  /** Takes a finished row; rows are shown in this order. */
  report(row: BenchRow): void
  /** Shorter runs on smaller inputs, for a look rather than for a record. */
  readonly quick: boolean
}

/** One line of results: our figure beside the peer's, measured in the same process on the same input. */
export interface BenchRow {
  readonly bench: string
  /** What was measured on, with its size. */
  readonly input: string
  readonly metric: string
  readonly unit: string
  readonly ours: number
  readonly peer: number
  readonly peerName: string
  /** `ours / peer`, as measured: for interleaved runs the median of the ratios, not the ratio of the medians. */
  readonly ratio: number
  readonly better: "lower" | "higher"
  /** What is asked for, in words; empty where nothing is. */
  readonly target: string
  /** Whether the target is met; null where there is none. */
  readonly met: boolean | null
}

/** How long to measure. */
export interface MeasureOptions {
  /** Time spent in each measured function, after warming up. Default 500. */
  readonly minTimeMs?: number
}

/** Speeds of two functions that ran in turns, in calls a second. */
export interface PairedSpeed {
  readonly ours: number
  readonly peer: number
  /** Median over rounds of ours/peer. Both halves of a round see the same machine, so this is steadier than either. */
  readonly ratio: number
}

// Long against the timer's resolution and short against the seconds over which a shared machine changes pace.
const BATCH_MS = 4
const MIN_ROUNDS = 15
/** Below this, somebody looks whether a bench runs: a few rounds, hardly warmed up, for a figure that means little. */
const LOOK_MS = 100
const LOOK_ROUNDS = 3

/** Median speed of a synchronous function in calls a second. Its results are kept, so that work is not optimised away. */
export function measure(run: () => unknown, options: MeasureOptions = {}): number {
  const minTimeMs = options.minTimeMs ?? 500
  const calls = calibrate(run, minTimeMs)
  const speeds: number[] = []
  for (let spent = 0; spent < minTimeMs || speeds.length < leastRounds(minTimeMs); ) {
    const elapsed = time(run, calls)
    spent += elapsed
    speeds.push((calls * 1000) / elapsed)
  }
  return median(speeds)
}

/** Speeds of two synchronous functions, run in alternating batches of about equal length in this process. */
export function pair(ours: () => unknown, peer: () => unknown, options: MeasureOptions = {}): PairedSpeed {
  const minTimeMs = options.minTimeMs ?? 500
  const ourCalls = calibrate(ours, minTimeMs)
  const peerCalls = calibrate(peer, minTimeMs)
  const rounds: Array<{ ours: number; peer: number }> = []
  for (let spent = 0; spent < 2 * minTimeMs || rounds.length < leastRounds(minTimeMs); ) {
    // Who goes first alternates too, so that neither always follows the other's garbage.
    const oursFirst = rounds.length % 2 === 0
    const early = oursFirst ? time(ours, ourCalls) : time(peer, peerCalls)
    const late = oursFirst ? time(peer, peerCalls) : time(ours, ourCalls)
    spent += early + late
    const ourMs = oursFirst ? early : late
    const peerMs = oursFirst ? late : early
    rounds.push({ ours: (ourCalls * 1000) / ourMs, peer: (peerCalls * 1000) / peerMs })
  }
  return {
    ours: median(rounds.map(round => round.ours)),
    peer: median(rounds.map(round => round.peer)),
    ratio: median(rounds.map(round => round.ours / round.peer))
  }
}

/** The middle of some numbers; the mean of the two middle ones for an even count. NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN
  const high = sorted[Math.floor(middle)] ?? Number.NaN
  return (low + high) / 2
}

/** Where results go so that no compiler can prove them unused. */
export const kept: { value: unknown } = { value: undefined }

function time(run: () => unknown, calls: number): number {
  const start = performance.now()
  for (let i = 0; i < calls; i++) kept.value = run()
  // A clock that did not tick would divide by zero; calibration makes that a freak event.
  return Math.max(performance.now() - start, 1e-3)
}

function leastRounds(minTimeMs: number): number {
  return minTimeMs < LOOK_MS ? LOOK_ROUNDS : MIN_ROUNDS
}

/** Warms `run` up and finds how many calls fill a batch. */
function calibrate(run: () => unknown, minTimeMs: number): number {
  const warmUpMs = (minTimeMs < LOOK_MS ? 1 : 20) * BATCH_MS
  let calls = 1
  for (let warmedMs = 0; ; ) {
    const elapsed = time(run, calls)
    warmedMs += elapsed
    if (elapsed >= BATCH_MS && warmedMs >= warmUpMs) {
      return Math.max(1, Math.round((calls * BATCH_MS) / elapsed))
    }
    if (elapsed < BATCH_MS) calls *= 2
  }
}
