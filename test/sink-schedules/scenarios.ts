import {
  allSinkFaults,
  type SinkFaultKind,
  type SinkFaultRates,
  type SinkSimulationOptions,
  type SinkTask
} from "@syncline/core/testing"
import { yjs } from "@syncline/core/yjs"

function without(...kinds: readonly SinkFaultKind[]): SinkFaultRates {
  return Object.fromEntries(
    Object.entries(allSinkFaults).filter(([kind]) => !kinds.includes(kind as SinkFaultKind))
  )
}

const engine = yjs()

const everyday: readonly SinkTask[] = ["reopen", "strategy", "pause", "unpause", "read"]
const mending: readonly SinkTask[] = [
  "verify",
  "repair",
  "repair",
  "repair",
  "repair",
  "resume",
  "cancel",
  "schedule"
]
const overseeing: readonly SinkTask[] = [
  "inspect",
  "inspect",
  "adopt",
  "adopt",
  "adopt",
  "adopt",
  "adopt",
  "decide",
  "decide",
  "decide",
  "oversee",
  "judge",
  "judge"
]
const migrating: readonly SinkTask[] = ["cutover", "cutover", "rollback", "finish", "retry"]

/** What is simulated, by name. */
export const scenarios: ReadonlyMap<string, SinkSimulationOptions> = new Map<string, SinkSimulationOptions>([
  // Nobody goes behind a sink's back: what is there is right without a repair, at every verification.
  [
    "projector",
    {
      engine,
      tasks: [...everyday, "verify"],
      faults: without("sinkWiped", "sinkRestored", "sinkDamaged", "leaseLost", "publishError")
    }
  ],
  [
    "repair",
    {
      engine,
      tasks: [...mending, ...mending, ...everyday],
      faults: { ...without("leaseLost", "publishError"), sinkDamaged: 0.35, sinkSlow: 0.2 }
    }
  ],
  // Not all is looked at, not always the documents count, and what is too much waits for somebody.
  [
    "oversight",
    {
      engine,
      tracked: true,
      tasks: [...overseeing, ...overseeing, ...overseeing, "repair", "resume", "cancel", ...everyday],
      faults: { ...without("leaseLost", "publishError"), sinkDamaged: 0.6, sinkSlow: 0.2 },
      maxSteps: 24
    }
  ],
  [
    "migration",
    {
      engine,
      layouts: ["add", "replace"],
      tasks: [...migrating, ...migrating, ...everyday, ...mending],
      faults: without("leaseLost")
    }
  ],
  [
    "shared",
    {
      engine,
      feeders: 2,
      layouts: ["one"],
      tasks: ["sync", "sync", "reopen", "pause", "unpause"],
      faults: without("sinkWiped", "sinkRestored", "sinkDamaged", "leaseLost", "publishError")
    }
  ],
  [
    "leased",
    {
      engine,
      feeders: 2,
      leased: true,
      layouts: ["one"],
      tasks: ["sync", "reopen", "pause", "unpause"],
      faults: without("sinkWiped", "sinkRestored", "sinkDamaged", "publishError")
    }
  ]
])
