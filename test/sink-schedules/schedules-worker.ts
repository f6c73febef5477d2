// A process that plays histories as it is told to by messages; `run.ts` starts some of them.
import { simulateSinks } from "@syncline/core/testing"
import { serveJobs } from "../schedules/serve-jobs.ts"
import { scenarios } from "./scenarios.ts"

serveJobs(scenarios, simulateSinks)
