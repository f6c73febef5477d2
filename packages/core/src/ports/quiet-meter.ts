import type { Meter } from "./meter.ts"
import type { Logger } from "./ports.ts"

/** A meter whose errors harm nobody: a measurement is worth no batch. The first is a warning, of thousands more nobody would read. */
export function quietMeter(meter: Meter, logger: Logger): Meter {
  let isTold = false
  const safely = (measure: () => void): void => {
    try {
      measure()
    } catch (error) {
      if (!isTold) logger.warn("the meter threw; what it throws on is not measured", { error })
      isTold = true
    }
  }
  const watch = (...watched: Parameters<NonNullable<Meter["watch"]>>): (() => void) => {
    let stop: (() => void) | undefined
    safely(() => {
      stop = meter.watch?.(...watched)
    })
    return () => safely(() => stop?.())
  }
  return {
    ...(meter.watch !== undefined && { watch }),
    add: (metric, amount, labels) => safely(() => meter.add(metric, amount, labels)),
    set: (metric, value, labels) => safely(() => meter.set(metric, value, labels)),
    observe: (metric, value, labels) => safely(() => meter.observe(metric, value, labels))
  }
}
