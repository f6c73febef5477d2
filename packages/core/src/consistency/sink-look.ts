import type { ProjectionSource } from "../projection/projection-source.ts"
import { throwIfAborted } from "../projection/position-waiters.ts"
import type { SinkSession } from "../projection/sink.ts"
import type { CatchUp } from "./catch-up.ts"
import type { Pace } from "./pace.ts"
import type { WalkPlace } from "./resume-token.ts"
import { SecondLook } from "./second-look.ts"
import { SinkAnswers } from "./sink-answers.ts"
import type { SinkTally } from "./sink-tally.ts"
import type { VerifyOptions } from "./verify-options.ts"
import type { VerifyTarget } from "./verify-target.ts"

/** What a sink's part of a verification shares with the other parts. */
export interface SinkRun {
  readonly options: VerifyOptions
  readonly pace: Pace
  /** Where a former verification was in this sink. */
  readonly begun: WalkPlace | undefined
  /** Makes a token to go on with: this sink and those after it, or this one alone. */
  readonly tokenOf: (place: WalkPlace, alone: boolean) => string
}

/** What there is of one sink once its verification has begun. */
export interface BegunRun {
  readonly tally: SinkTally
  readonly catchUp: CatchUp
  /** The end of the log at the beginning. */
  readonly begunAt: number
}

/** What every mode needs to look at one sink. */
export class SinkLook {
  readonly source: ProjectionSource
  readonly session: SinkSession
  readonly answers: SinkAnswers
  readonly tally: SinkTally
  readonly secondLook: SecondLook
  readonly pace: Pace
  readonly options: VerifyOptions
  readonly sink: string
  /** Where a former verification was. */
  readonly begun: WalkPlace | undefined
  /** How far the sink was when this verification began, or the one it goes on with. */
  readonly position: number
  readonly #tokenOf: SinkRun["tokenOf"]
  #place: (() => WalkPlace) | undefined

  constructor(
    source: ProjectionSource,
    target: VerifyTarget,
    session: SinkSession,
    { options, pace, begun, tokenOf }: SinkRun,
    { tally, catchUp, begunAt }: BegunRun
  ) {
    this.source = source
    this.session = session
    this.tally = tally
    this.options = options
    this.pace = pace
    this.answers = new SinkAnswers(target, session, source.ports.timers, options.signal)
    const { answers } = this
    const { onPending } = options
    this.secondLook = new SecondLook({ source, target, answers, tally, catchUp, begunAt, onPending })
    this.sink = target.name
    this.begun = begun
    this.position = begun?.position ?? session.watermark.position
    this.#tokenOf = tokenOf
    if (begun !== undefined) this.#place = () => begun
  }

  /** The last place kept. */
  get place(): WalkPlace | undefined {
    return this.#place?.()
  }

  /** Everything up to here is done, and need not be done again by who goes on from here. */
  keepPlace(at: Pick<WalkPlace, "prefixes" | "after">): void {
    const { sink, position } = this
    const { generation, projection } = this.session
    const seen = this.tally.snapshot()
    this.#place = () => ({ sink, generation, projection, position, ...at, seen: seen() })
  }

  /** A step of so many documents is done: tells how far it is, and keeps to the budget. */
  async step(documents: number, checked: number = this.tally.checked, total?: number): Promise<void> {
    // Who cancelled it was answered already, and hears no more.
    throwIfAborted(this.options.signal)
    const place = this.#place
    this.options.onProgress?.({
      sink: this.sink,
      checked,
      findings: this.tally.found,
      ...(total === undefined ? {} : { total }),
      ...(place === undefined ? {} : { resume: () => this.#tokenOf(place(), false) })
    })
    await this.pace.spend(documents)
  }

  /** Looks at each of these ids wholly; gives those under which everything is right. */
  async atIds(ids: readonly string[], total?: number): Promise<readonly string[]> {
    const { pageSize } = this.pace
    const right: string[] = []
    for (let at = 0; at < ids.length; at += pageSize) {
      const page = ids.slice(at, at + pageSize)
      right.push(...(await this.secondLook.at(page)))
      await this.step(page.length, this.tally.checked, total)
    }
    return right
  }
}
