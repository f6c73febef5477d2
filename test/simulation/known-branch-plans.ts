import type { KnownPlan } from "./known-plans.ts"

/** Those of `knownPlans` in which two write under one name, and grants say who hears of it. */
export const knownBranchPlans: readonly KnownPlan[] = [
  {
    name: "a document that may only be read was on another, shorter branch there, which was taken for a part of the one here",
    scenario: "everything",
    plan: {
      seed: 56003187,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: false,
      someGranted: false,
      rates: {},
      firing: {},
      steps: [
        { do: "act", machine: 16, document: 31, action: "push", draw: 815025890, pauseMs: 0 },
        { do: "forbid", at: 34, draw: 277802947, pauseMs: 0 },
        { do: "cloneMachine", at: 40, draw: 2379533147, pauseMs: 0 },
        { do: "renewed", at: 19, draw: 1993477764, pauseMs: 79 },
        { do: "act", machine: 36, document: 57, action: "burst", draw: 4067006560, pauseMs: 0 },
        { do: "cloneMachine", at: 29, draw: 1767835371, pauseMs: 0 },
        { do: "act", machine: 43, document: 30, action: "nest", draw: 1715743790, pauseMs: 0 }
      ]
    }
  }
]
