import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  initialProjectorState,
  nextProjectorState,
  type ProjectorEffect,
  type ProjectorEvent,
  type ProjectorState
} from "./projector-machine.ts"

/** A runner reduced to what it has under way. */
class Model {
  state: ProjectorState = initialProjectorState
  busy = true
  timer = false
  open = false
  releases = 0

  send(event: ProjectorEvent): void {
    const [state, effects] = nextProjectorState(this.state, event)
    this.state = state
    for (const effect of effects) this.perform(effect)
  }

  perform(effect: ProjectorEffect): void {
    if (effect === "open" || effect === "step") {
      expect(this.busy).toBe(false)
      expect(this.open).toBe(effect === "step")
      this.busy = true
    }
    if (effect === "start-linger" || effect === "start-backoff") this.timer = true
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
    readonly failed: "retry" | "reopen" | "stop" | undefined
  }): void {
    if (!this.busy) return
    const opening = this.state.phase === "opening"
    this.busy = false
    if (failed !== undefined)
      return this.send({ type: "failed", reaction: opening && failed === "reopen" ? "retry" : failed })
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
      readonly failed: "retry" | "reopen" | "stop" | undefined
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
    failed: fc.constantFrom(undefined, undefined, "retry" as const, "reopen" as const, "stop" as const)
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

  it("[PJ10] resumed and left alone, it ends idle with nothing owed", () => {
    fc.assert(
      fc.property(fc.array(lively, { maxLength: 60 }), choices => {
        const model = modelAfter(choices)
        model.happen({ type: "resume" })
        finishAll(model)
        expect(model.state).toMatchObject({ phase: "idle", dirty: false, open: true, attempts: 0 })
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
