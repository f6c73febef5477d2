export { assertEqual, assertRejects, assertThat, ContractViolation } from "./contract-assert.ts"
export type { ContractCase } from "./contract-case.ts"
export { type FaultPlan, faultyStore } from "./faulty-store.ts"
export { SeededRandom } from "./seeded-random.ts"
export { type PlannedWrite, StoreBatches } from "./store-batches.ts"
export type { MakeStore, StoreFixture } from "./store-case.ts"
export { storeContract, type StoreContractOptions } from "./store-contract.ts"
export { runStoreHistory } from "./store-model-case.ts"
export type { EditNative } from "./engine-native-cases.ts"
export { engineContract, runEngineHistory } from "./engine-contract.ts"
export { type FaultCounts, FaultyNetwork, type NetworkFaults, noFaults } from "./faulty-network.ts"
export { type MakeTransport, transportContract, type TransportFixture } from "./transport-contract.ts"
export { VirtualTime } from "./virtual-time.ts"
export { ManualTimers } from "./manual-timers.ts"
export { memorySink } from "./memory-sink.ts"
export {
  playSharedSink,
  type SharedSinkCounts,
  type SharedSinkFixture,
  type SinkGate
} from "./shared-sink-history.ts"
export { type CleanRun, runCleanRun } from "./sink-clean-run.ts"
export { sinkContract } from "./sink-contract.ts"
export { vectorSinkContract, type VectorSinkAbilities } from "./vector-sink-contract.ts"
export { contractVectors, type MakeVectorSink, type VectorSinkFixture } from "./vector-sink-fixture.ts"
export {
  type ContractNote,
  contractTables,
  type KeyPart,
  type MakeSink,
  type SinkDamage,
  type SinkFixture
} from "./sink-fixture.ts"
export { contractContext, contractSealKey, noteId, SinkWorkbench } from "./sink-workbench.ts"
export { SyntheticSource } from "./synthetic-source.ts"
export { type Action, type ActionContext, defaultActions } from "./simulation/application.ts"
export type { FiredFaults, Firing } from "./simulation/fault-dice.ts"
export {
  allFaults,
  type FaultKind,
  faultKinds,
  type FaultRates,
  type GrantFault,
  grantFaults,
  type MessageFault,
  type StepFault,
  type StoreFault
} from "./simulation/fault-kinds.ts"
export type { HistoryPlan, HistorySize, PlanStep } from "./simulation/history-plan.ts"
export type { HistoryOutcome } from "./simulation/play-history.ts"
export type { FailingHistory } from "./simulation/shrink-plan.ts"
export {
  planHistory,
  replayHistory,
  shrinkHistory,
  simulate,
  type SimulationOptions,
  type SimulationReport,
  unfiredFaults
} from "./simulation/simulate.ts"
export { SimulationFailure } from "./simulation/simulation-failure.ts"
export { Violation, type ViolatedRule } from "./simulation/violation.ts"
export {
  allSinkFaults,
  type SinkCallFault,
  type SinkFaultKind,
  sinkFaultKinds,
  type SinkFaultRates,
  type SinkStepFault
} from "./sink-simulation/sink-fault-kinds.ts"
export type { NoteAction, SinkLayout, SinkPlan, SinkStep, SinkTask } from "./sink-simulation/sink-plan.ts"
export type { SinkOutcome } from "./sink-simulation/play-sinks.ts"
export type { SinkRule, SinkViolation } from "./sink-simulation/sink-violation.ts"
export {
  type FailingSinks,
  planSinks,
  replaySinks,
  shrinkSinks,
  simulateSinks,
  type SinkSimulationOptions,
  type SinkSimulationReport,
  unfiredSinkFaults
} from "./sink-simulation/simulate-sinks.ts"
