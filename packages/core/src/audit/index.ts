export type {
  AuditedCommit,
  AuditEntry,
  AuditGap,
  AuditPlace,
  AuditRange,
  AuditReply,
  AuditTime,
  ValueChange
} from "./audit-entry.ts"
export { type AuditOptions, auditTrail } from "./audit-feature.ts"
export type { AuditFilter } from "./audit-filter.ts"
export { AuditTrail } from "./audit-trail.ts"
