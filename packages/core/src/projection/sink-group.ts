import type { VerifyOptions } from "../consistency/verify-options.ts"
import type { VerifyReport } from "../consistency/verify-report.ts"
import type { Projector } from "./projector.ts"
import type { ProjectionSource } from "./projection-source.ts"
import type { FeedingOptions } from "./projector-options.ts"
import type { Sink } from "./sink.ts"

/** A sink to be fed, by itself (write-behind) or with how to feed it. */
export type FedSink = Sink | ({ readonly sink: Sink } & FeedingOptions)

/** What a group of sinks works with while its replica is open. */
export interface SinkGroupHost {
  readonly source: ProjectionSource
  /**
   * Starts feeding a sink; the group closes what it started.
   *
   * @throws SynclineError `projection-invalid` when a sink of that name is fed already, and as `openProjector`.
   */
  feed(sink: FedSink): Promise<Projector>
  /**
   * Verifies a sink that is fed, by its name; what is found is told as that of any verification.
   *
   * @throws SynclineError as `verify`.
   */
  verify(sink: string, options: VerifyOptions): Promise<VerifyReport>
}

/** The sinks of a group that are fed at the moment. */
export interface RunningSinkGroup {
  readonly projectors: readonly Projector[]
  /**
   * Whether the replica counts on this sink: its searches may go there, and who waits for all sinks waits for it. One that is still
   * being filled is fed all the same.
   */
  serves(sink: string): boolean
  /** Ends feeding; fulfilled when the sinks are closed. */
  close(): Promise<void>
}

/** Sinks which stand in for one another, so that not all of them serve: see `migrateSink` of `@syncline/core/migration`. */
export interface SinkGroup {
  openSinks(host: SinkGroupHost): Promise<RunningSinkGroup>
}
