import type { HistoryPlan } from "@syncline/core/testing"

/** A history that once broke a promise, as small as it got. */
export interface KnownPlan {
  readonly name: string
  readonly scenario: string
  readonly plan: HistoryPlan
}

/** Each stays, so that what it found does not come back. */
export const knownPlans: readonly KnownPlan[] = [
  {
    name: "a damaged commit of a document that was not here left an empty one, and roots differed for ever",
    scenario: "hostile",
    plan: {
      seed: 473,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 2,
      smallFrames: true,
      someGranted: false,
      rates: {},
      steps: [
        { do: "act", machine: 30, document: 29, action: "burst", draw: 1613263441, pauseMs: 0 },
        { do: "act", machine: 52, document: 45, action: "delete", draw: 3278589519, pauseMs: 392 }
      ],
      firing: { forge: [6] }
    }
  },
  {
    name: "a process that died of a read while it dialed left a link that nobody dialed anew",
    scenario: "disks",
    plan: {
      seed: 3,
      machines: 3,
      lines: [
        [1, 0],
        [2, 0]
      ],
      retainCommits: 8,
      smallFrames: false,
      someGranted: false,
      rates: {},
      steps: [{ do: "act", machine: 23, document: 47, action: "set", draw: 2532402973, pauseMs: 56 }],
      firing: { crashAtRead: [2] }
    }
  }
]
