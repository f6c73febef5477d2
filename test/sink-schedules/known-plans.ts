import type { SinkPlan } from "@syncline/core/testing"

/** A history that once broke a promise, as small as it got. */
export interface KnownPlan {
  readonly name: string
  readonly scenario: string
  readonly plan: SinkPlan
}

/** Each stays, so that what it found does not come back. */
export const knownPlans: readonly KnownPlan[] = [
  {
    name: "a commit was said to be in a sink, whose watermark had passed it while its document waited in a newer state",
    scenario: "projector",
    plan: {
      seed: 1,
      feeders: 1,
      layout: "one",
      leased: false,
      remembers: true,
      ends: "rollback",
      rates: {},
      firing: {},
      steps: [
        { do: "pause", at: 5, draw: 3996811473, pauseMs: 0 },
        { do: "act", document: 4, action: "burst", at: 36, draw: 3543942047, pauseMs: 0 },
        { do: "act", document: 48, action: "refuse", at: 58, draw: 3050264852, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a parked document that changed stayed parked, for the answer to the batch that had it was lost",
    scenario: "repair",
    plan: {
      seed: 35,
      feeders: 1,
      layout: "two",
      leased: false,
      remembers: false,
      ends: "rollback",
      rates: {},
      firing: { lostAnswer: [9] },
      steps: [
        { do: "act", document: 49, action: "write", at: 26, draw: 1904730290, pauseMs: 0 },
        { do: "act", document: 7, action: "write", at: 30, draw: 219006863, pauseMs: 0 },
        { do: "act", document: 46, action: "refuse", at: 8, draw: 1831465536, pauseMs: 0 },
        { do: "crash", at: 40, draw: 4229615141, pauseMs: 961 },
        { do: "act", document: 2, action: "write", at: 58, draw: 2563623247, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a sink that another writer had rewound while it was idle kept whoever waited for it waiting for ever",
    scenario: "shared",
    plan: {
      seed: 51,
      feeders: 2,
      layout: "one",
      leased: false,
      remembers: false,
      ends: "finish",
      rates: {},
      firing: {},
      steps: [
        { do: "act", document: 35, action: "write", at: 62, draw: 2477308564, pauseMs: 0 },
        { do: "reopen", at: 3, draw: 3907583056, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a projector that opened its sink anew was kept out by its own lease for ever",
    scenario: "leased",
    plan: {
      seed: 9,
      feeders: 2,
      layout: "one",
      leased: true,
      remembers: false,
      ends: "rollback",
      rates: {},
      firing: { sinkError: [3] },
      steps: [{ do: "pause", at: 57, draw: 2292389527, pauseMs: 1253 }]
    }
  },
  {
    name: "an idle sink that was emptied could not be repaired, and nobody opened it anew",
    scenario: "repair",
    plan: {
      seed: 208131,
      feeders: 1,
      layout: "one",
      leased: false,
      remembers: true,
      ends: "rollback",
      rates: {},
      firing: {},
      steps: [
        { do: "act", document: 31, action: "burst", at: 58, draw: 2563260191, pauseMs: 0 },
        { do: "sinkWiped", at: 20, draw: 4151438480, pauseMs: 2305 },
        { do: "act", document: 63, action: "write", at: 60, draw: 3981860478, pauseMs: 1400 },
        { do: "sinkWiped", at: 9, draw: 2601891977, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a projector that got its lease back by renewing it went on with what it knew of the time before",
    scenario: "leased",
    plan: {
      seed: 1307,
      feeders: 2,
      layout: "one",
      leased: true,
      remembers: false,
      ends: "rollback",
      rates: {},
      firing: { appendError: [5], slowDisk: [18] },
      steps: [
        { do: "act", document: 20, action: "burst", at: 63, draw: 152793118, pauseMs: 0 },
        { do: "leaseLost", at: 62, draw: 3503551103, pauseMs: 0 },
        { do: "act", document: 4, action: "write", at: 13, draw: 3730943395, pauseMs: 0 },
        { do: "act", document: 50, action: "refuse", at: 9, draw: 1887764506, pauseMs: 0 },
        { do: "act", document: 9, action: "refuse", at: 41, draw: 4224872985, pauseMs: 0 },
        { do: "crash", at: 47, draw: 3012285361, pauseMs: 0 },
        { do: "reopen", at: 29, draw: 3119959053, pauseMs: 1251 },
        { do: "leaseLost", at: 26, draw: 3922461872, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a lease that came after its projector was closed, and was given back, was taken for one that goes on",
    scenario: "leased",
    plan: {
      seed: 4005021,
      feeders: 2,
      layout: "one",
      leased: true,
      remembers: false,
      ends: "rollback",
      rates: {},
      firing: { sinkSlow: [2, 20], slowDisk: [3, 27], sinkError: [8, 19] },
      steps: [
        { do: "unpause", at: 19, draw: 4028399890, pauseMs: 0 },
        { do: "act", document: 45, action: "delete", at: 50, draw: 1847410194, pauseMs: 278 },
        { do: "leaseLost", at: 62, draw: 3479932596, pauseMs: 347 },
        { do: "act", document: 12, action: "write", at: 32, draw: 2242530348, pauseMs: 0 },
        { do: "act", document: 24, action: "burst", at: 29, draw: 4144663099, pauseMs: 0 },
        { do: "act", document: 11, action: "write", at: 39, draw: 525296849, pauseMs: 2011 },
        { do: "act", document: 30, action: "write", at: 53, draw: 363152663, pauseMs: 303 },
        { do: "act", document: 62, action: "burst", at: 6, draw: 404592380, pauseMs: 0 },
        { do: "reopen", at: 44, draw: 2977099253, pauseMs: 0 },
        { do: "act", document: 18, action: "write", at: 48, draw: 818188496, pauseMs: 234 },
        { do: "reopen", at: 35, draw: 2336813092, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a commit counted as projected in the sink that had served, when a migration had gone back to another one",
    scenario: "migration",
    plan: {
      seed: 5010855,
      feeders: 1,
      layout: "replace",
      leased: false,
      remembers: false,
      ends: "finish",
      rates: {},
      firing: { slowDisk: [0, 2] },
      steps: [
        { do: "cutover", at: 44, draw: 405585918, pauseMs: 0 },
        { do: "repair", at: 12, draw: 625456657, pauseMs: 0 },
        { do: "finish", at: 21, draw: 2365481338, pauseMs: 54 },
        { do: "rollback", at: 15, draw: 274346070, pauseMs: 0 },
        { do: "act", document: 16, action: "write", at: 5, draw: 1811854939, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a document that was parked, and mended while others were looked at, was said to be missing",
    scenario: "oversight",
    plan: {
      seed: 6918,
      feeders: 1,
      layout: "one",
      leased: false,
      remembers: true,
      tracked: true,
      ends: "finish",
      rates: {},
      firing: { slowDisk: [19] },
      steps: [
        { do: "act", document: 36, action: "refuse", at: 42, draw: 1645232121, pauseMs: 0 },
        { do: "act", document: 10, action: "write", at: 58, draw: 3674280718, pauseMs: 0 },
        { do: "inspect", at: 9, draw: 3994275688, pauseMs: 0 },
        { do: "act", document: 19, action: "refuse", at: 28, draw: 1301890661, pauseMs: 0 },
        { do: "act", document: 13, action: "delete", at: 12, draw: 4098772957, pauseMs: 0 },
        { do: "inspect", at: 60, draw: 1386777722, pauseMs: 0 },
        { do: "act", document: 4, action: "write", at: 11, draw: 3493951973, pauseMs: 0 }
      ]
    }
  }
]
