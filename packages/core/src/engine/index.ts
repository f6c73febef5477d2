// What engines are made of; the interface they implement is in `@syncline/core`.
export {
  absentKind,
  noFields,
  type Predefined,
  type PredefinedFields,
  predefinedFields
} from "../document/predefined.ts"
export { shownCount } from "../document/count.ts"
export type {
  ContainerTarget,
  CounterTarget,
  ListTarget,
  MapTarget,
  TextTarget
} from "./edit/container-target.ts"
export { type EditNode, isNode, type NewContainer, type NewNode, type Slot } from "./edit/edit-node.ts"
export { type EditPlan, planEdits } from "./edit/edit-plan.ts"
export { maxNesting } from "./edit/max-nesting.ts"
export { fieldsInside } from "./edit/open-node.ts"
export { genesisIdentity } from "./genesis-identity.ts"
export { addMember } from "./json-member.ts"
export { outermostPaths } from "./outermost-paths.ts"
export { mustBeContainer, withAncestors } from "./predefined-path.ts"
