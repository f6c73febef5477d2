import { beforeAll } from "vitest"
import { preload } from "../../packages/core/src/deferred/deferred-part.ts"

// Loaded before each test file that may use core. What is fetched while a test runs takes real time, of which virtual time knows nothing.
beforeAll(preload)
