import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  initialProjectorState,
  nextProjectorState,
  type ProjectorEffect,
  type ProjectorEvent,
  type ProjectorState
} from "./projector-machine.ts"

/** Failures in a row that open the breaker. */
const tolerated = 3

/** A runner reduced to what it has under way. */
class Model {
  state: ProjectorState = initialProjectorState(tolerated)
  busy = true
  timer = false
  open = false
  releases = 0
  failures = 0

  send(event: ProjectorEvent): void {
    const [state, effects] = nextProjectorState(this.state, event)
    this.state = state
    for (const effect of effects) this.perform(effect)
  }

  perform(effect: ProjectorEffect): void {
    if (effect === "step") expect(this.failures).toBeLessThan(tolerated)
    if (effect === "probe") expect(this.failures).toBeGreaterThanOrEqual(tolerated)
    if (effect === "open" || effect === "step" || effect === "probe") {
      expect(this.busy).toBe(false)
      expect(this.open).toBe(effect !== "open")
      this.busy = true
    }
    if (effect === "start-backoff") expect(this.failures).toBeLessThan(tolerated)
    if (effect === "start-rest") expect(this.failures).toBeGreaterThanOrEqual(tolerated)
    if (effect.startsWith("start-")) this.timer = true
    if (effect === "cancel-timer") this.timer = false
    if (effect === "release") {
      expect(this.open).toBe(true)
      this.open = false
      this.releases++
    }
  }

  /** What happens outside: only what can happen in this state. */
  happen(choice: Choice): void {
    if (choice.type === "timer") {
      if (this.timer) this.fire()
    } else if (choice.type === "done") this.finish(choice)
    else this.send(choice)
  }

  fire(): void {
    this.timer = false
    this.send({ type: "timer" })
  }

  finish({
    more,
    failed
  }: {
    readonly more: boolean
    readonly failed: "retry" | "reopen" | "stop" | "standby" | undefined
  }): void {
    if (!this.busy) return
    const opening = this.state.phase === "opening"
    this.busy = false
    // A sink is reopened only while it is open, and held by another only while it is not.
    const impossible = opening ? "reopen" : "standby"
    const reaction = failed === impossible ? "retry" : failed
    if (reaction !== undefined) {
      if (reaction !== "standby") this.failures++
      return this.send({ type: "failed", reaction })
    }
    if (!opening) this.failures = 0
    if (!opening) return this.send({ type: "stepped", more })
    this.open = true
    this.send({ type: "opened" })
  }
}

type Choice =
  | Extract<ProjectorEvent, { readonly type: "appended" | "hurry" | "pause" | "resume" | "close" }>
  | { readonly type: "timer" }
  | {
      readonly type: "done"
      readonly more: boolean
      readonly failed: "retry" | "reopen" | "stop" | "standby" | undefined
    }

const lively = fc.oneof(
  fc.constantFrom<Choice>(
    { type: "appended" },
    { type: "hurry" },
    { type: "pause" },
    { type: "resume" },
    { type: "timer" }
  ),
  fc.record({
    type: fc.constant("done" as const),
    more: fc.boolean(),
    failed: fc.constantFrom(
      undefined,
      undefined,
      "retry" as const,
      "reopen" as const,
      "stop" as const,
      "standby" as const
    )
  })
)

function modelAfter(choices: readonly Choice[]): Model {
  const model = new Model()
  for (const choice of choices) model.happen(choice)
  return model
}

function finishAll(model: Model): void {
  for (let i = 0; i < 10; i++) {
    model.happen({ type: "timer" })
    model.happen({ type: "done", more: false, failed: undefined })
  }
}

describe("nextProjectorState", () => {
  it("[PJ10] whatever happens, there is one thing under way at a time, on a sink that is open", () => {
    fc.assert(fc.property(fc.array(lively, { maxLength: 60 }), choices => void modelAfter(choices)))
  })

  it("[PJ24] after too many failures in a row there are long pauses and single documents, until one got in", () => {
    // The model checks every effect; here is that histories with an open breaker were among them.
    let opened = 0
    fc.assert(
      fc.property(fc.array(lively, { minLength: 20, maxLength: 60 }), choices => {
        const model = modelAfter(choices)
        expect(model.state.breaker === "closed").toBe(model.failures < tolerated)
        if (model.failures >= tolerated) opened++
      })
    )
    expect(opened).toBeGreaterThan(0)
  })

  it("[PJ10] resumed and left alone, it ends idle with nothing owed", () => {
    fc.assert(
      fc.property(fc.array(lively, { maxLength: 60 }), choices => {
        const model = modelAfter(choices)
        model.happen({ type: "resume" })
        finishAll(model)
        expect(model.state).toMatchObject({
          phase: "idle",
          dirty: false,
          open: true,
          attempts: 0,
          breaker: "closed"
        })
        expect([model.busy, model.timer]).toEqual([false, false])
      })
    )
  })

  it("[PJ10] closed at any moment, it ends closed, the sink released, and stays so", () => {
    fc.assert(
      fc.property(
        fc.array(lively, { maxLength: 40 }),
        fc.array(lively, { maxLength: 20 }),
        (before, after) => {
          const model = modelAfter(before)
          model.happen({ type: "close" })
          for (const choice of after) model.happen(choice)
          finishAll(model)
          expect(model.state.phase).toBe("closed")
          expect([model.open, model.timer, model.busy]).toEqual([false, false, false])
        }
      )
    )
  })
})
