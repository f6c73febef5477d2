import { expect, test } from "vitest"
import { SeededRandom } from "../testing/seeded-random.ts"
import { VirtualTime } from "../testing/virtual-time.ts"
import { Renewal } from "./renewal.ts"

/** Watches over an end that far away; says what happened when, and how long timers were set for. */
async function watched(
  inMs: number,
  forMs: number
): Promise<{ readonly heard: string[]; readonly waits: number[] }> {
  const time = new VirtualTime()
  const ports = time.ports(new SeededRandom(1))
  const [heard, waits] = [[] as string[], [] as number[]]
  const timers = {
    ...ports.timers,
    schedule: (delayMs: number, callback: () => void) => (
      waits.push(delayMs), time.schedule(delayMs, callback)
    )
  }
  const start = time.nowMs()
  const renewal = new Renewal(
    { ...ports, timers },
    {
      onSoon: leftMs => heard.push(`soon ${time.nowMs() - start} ${leftMs}`),
      onExpired: () => heard.push(`expired ${time.nowMs() - start}`)
    }
  )
  renewal.until(ports.time.nowMs() + inMs)
  await time.advance(forMs)
  renewal.stop()
  return { heard, waits }
}

test("[GR33] newer credentials are asked for a minute before the end, or after half of the time", async () => {
  expect((await watched(600_000, 700_000)).heard).toEqual(["soon 540000 60000", "expired 600000"])
  expect((await watched(10_000, 20_000)).heard).toEqual(["soon 5000 5000", "expired 10000"])
})

test("[GR34] what is over already ends at once", async () => {
  expect((await watched(-5_000, 0)).heard.at(-1)).toBe("expired 0")
})

test("[GR33] an end years away takes no timer longer than platforms have", async () => {
  const { heard, waits } = await watched(1e11, 5e9)
  expect(heard).toEqual([])
  expect(waits.length).toBeGreaterThan(3)
  expect(Math.max(...waits)).toBeLessThan(2 ** 31)
})
