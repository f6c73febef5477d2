import type { KnownPlan } from "./known-plans.ts"

/** Those of `knownPlans` in which grants change, whatever else does. */
export const knownGrantPlans: readonly KnownPlan[] = [
  {
    name: "what was kept apart while the disk was full, and was written later, stayed kept apart",
    scenario: "everything",
    plan: {
      seed: 55001281,
      machines: 5,
      lines: [
        [1, 0],
        [2, 1],
        [3, 2],
        [4, 3],
        [0, 4]
      ],
      retainCommits: 2,
      smallFrames: true,
      someGranted: false,
      rates: {},
      firing: {
        duplicate: [155],
        drop: [56],
        truncate: [42],
        delay: [43, 153],
        flip: [144],
        tornAppend: [30]
      },
      steps: [
        { do: "grantAll", at: 16, draw: 1002456405, pauseMs: 0 },
        { do: "powerLoss", at: 32, draw: 1983941549, pauseMs: 0 },
        { do: "limitWrites", at: 49, draw: 2346999365, pauseMs: 0 },
        { do: "act", machine: 5, document: 31, action: "delete", draw: 568027649, pauseMs: 0 },
        { do: "act", machine: 59, document: 31, action: "set", draw: 470448986, pauseMs: 0 },
        { do: "copyStore", at: 57, draw: 1532107975, pauseMs: 5 },
        { do: "act", machine: 60, document: 23, action: "set", draw: 1813610543, pauseMs: 23 },
        { do: "act", machine: 33, document: 23, action: "large", draw: 387321765, pauseMs: 196 },
        { do: "diskFull", at: 36, draw: 1013007510, pauseMs: 0 },
        { do: "crash", at: 33, draw: 1454591924, pauseMs: 0 },
        { do: "act", machine: 28, document: 41, action: "remove", draw: 207951160, pauseMs: 194 }
      ]
    }
  },
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
  },
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
  },
  {
    name: "of two that wrote under one name, one could not be told the better branch, for it may not be written there, and sent the other one for ever",
    scenario: "everything",
    plan: {
      seed: 58000619,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: false,
      someGranted: false,
      rates: {},
      firing: { delay: [22] },
      steps: [
        { do: "act", machine: 7, document: 16, action: "burst", draw: 2195537344, pauseMs: 0 },
        { do: "cloneMachine", at: 57, draw: 3724059375, pauseMs: 0 },
        { do: "skew", at: 43, draw: 2703008152, pauseMs: 2712 },
        { do: "act", machine: 22, document: 58, action: "push", draw: 4283627175, pauseMs: 15 },
        { do: "act", machine: 47, document: 31, action: "burst", draw: 648503801, pauseMs: 0 },
        { do: "act", machine: 19, document: 55, action: "burst", draw: 897074482, pauseMs: 0 },
        { do: "forbid", at: 19, draw: 1282290609, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a fleet was taken for healed while one branch of a document was on its way over a connection that was dead",
    scenario: "everything",
    plan: {
      seed: 60003259,
      machines: 3,
      lines: [
        [1, 0],
        [2, 0]
      ],
      retainCommits: 1000000,
      smallFrames: true,
      someGranted: false,
      rates: {},
      firing: { cut: [20], halfOpen: [123] },
      steps: [
        { do: "revoke", at: 60, draw: 1399291080, pauseMs: 273 },
        { do: "act", machine: 57, document: 23, action: "large", draw: 3825115684, pauseMs: 34 },
        { do: "act", machine: 63, document: 1, action: "set", draw: 320091268, pauseMs: 235 },
        { do: "act", machine: 39, document: 57, action: "push", draw: 3958198949, pauseMs: 1651 },
        { do: "act", machine: 20, document: 63, action: "push", draw: 1768008391, pauseMs: 0 },
        { do: "act", machine: 7, document: 28, action: "delete", draw: 4005659979, pauseMs: 0 },
        { do: "act", machine: 19, document: 33, action: "push", draw: 239479874, pauseMs: 0 },
        { do: "expired", at: 36, draw: 1058119554, pauseMs: 0 },
        { do: "act", machine: 62, document: 26, action: "set", draw: 2861767124, pauseMs: 2 },
        { do: "cloneMachine", at: 25, draw: 3464586466, pauseMs: 0 },
        { do: "act", machine: 46, document: 26, action: "remove", draw: 2726643519, pauseMs: 414 },
        { do: "act", machine: 60, document: 2, action: "burst", draw: 3202662536, pauseMs: 26 },
        { do: "act", machine: 36, document: 53, action: "remove", draw: 2134642031, pauseMs: 0 },
        { do: "act", machine: 13, document: 36, action: "burst", draw: 910698726, pauseMs: 0 },
        { do: "grantAll", at: 27, draw: 145898063, pauseMs: 0 },
        { do: "act", machine: 31, document: 61, action: "push", draw: 1091080299, pauseMs: 132 },
        { do: "act", machine: 27, document: 6, action: "nest", draw: 1384537617, pauseMs: 0 }
      ]
    }
  }
]
