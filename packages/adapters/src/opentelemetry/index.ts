export { openTelemetryMeter } from "./open-telemetry-meter.ts"
