import type { KnownPlan } from "./known-plans.ts"

/** Histories about what may not be written; see `knownPlans`. */
export const knownGrantPlans: readonly KnownPlan[] = [
  {
    name: "a longer branch that lost came again and again, for the one that stays may not be written there",
    scenario: "everything",
    plan: {
      seed: 56003129,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: false,
      someGranted: true,
      rates: {},
      steps: [
        { do: "act", machine: 12, document: 26, action: "push", draw: 3689649320, pauseMs: 0 },
        { do: "limitWrites", at: 12, draw: 281939210, pauseMs: 0 },
        { do: "cloneMachine", at: 46, draw: 1215195221, pauseMs: 0 },
        { do: "act", machine: 26, document: 35, action: "burst", draw: 4130911667, pauseMs: 0 },
        { do: "act", machine: 54, document: 59, action: "nest", draw: 1268016593, pauseMs: 0 },
        { do: "act", machine: 57, document: 17, action: "push", draw: 2452890409, pauseMs: 0 },
        { do: "act", machine: 33, document: 59, action: "nest", draw: 2266699844, pauseMs: 0 },
        { do: "act", machine: 8, document: 40, action: "remove", draw: 346229307, pauseMs: 2434 },
        { do: "forbid", at: 10, draw: 661371301, pauseMs: 0 }
      ]
    }
  }
]
