/** What a gate step may use: where the workspace is and what the caller asked for. */
export interface GateContext {
  /** Absolute path of the workspace. */
  readonly root: string
  /** True under `--write`: bring checked-in reports up to date instead of failing on them. */
  readonly write: boolean
}

/** What a step found. It passed when there are no problems. */
export interface StepResult {
  /** What is wrong, ready to print; each says where and what to do. */
  readonly problems: readonly string[]
  /** One short fact for the summary line, such as how much was checked. */
  readonly note?: string
}

/**
 * One check of the gate. A step never throws for a finding and never stops the steps after it; an exception
 * is reported as a failure of that step alone.
 */
export interface GateStep {
  /** Short and unique: what `npm run gate -- <name>` takes. */
  readonly name: string
  /** What this step protects, in one line. */
  readonly purpose: string
  run(context: GateContext): Promise<StepResult>
}
