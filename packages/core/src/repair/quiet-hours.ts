import { coreError } from "../errors/core-error.ts"

/** Hours of each day in which nothing is repaired, in minutes since midnight UTC; `from` after `to` goes over midnight. */
export interface QuietHours {
  readonly fromMinute: number
  readonly toMinute: number
}

const minuteMs = 60_000
const dayMinutes = 24 * 60

/** When the quiet hours end that this moment lies in; the moment itself where it lies in none. Unix milliseconds. */
export function quietUntil(nowMs: number, hours: readonly QuietHours[]): number {
  let until = nowMs
  // One window may lead into another; after as many steps as there are windows, all of the day is quiet.
  for (let step = 0; step <= hours.length; step++) {
    const within = hours.find(each => isWithin(minuteOf(until), each))
    if (within === undefined) return until
    const left = (within.toMinute - minuteOf(until) + dayMinutes) % dayMinutes
    until += left * minuteMs - (until % minuteMs)
  }
  return until
}

/** @throws SynclineError `options-invalid` for hours that are none, or that leave no time at all. */
export function checkQuietHours(hours: readonly QuietHours[]): void {
  for (const { fromMinute, toMinute } of hours)
    if (!isMinute(fromMinute) || !isMinute(toMinute) || fromMinute === toMinute)
      throw coreError(
        "options-invalid",
        `quiet hours from minute ${fromMinute} to ${toMinute} are none; give two different minutes of a day, 0 to 1439`
      )
  const isFree = Array.from({ length: dayMinutes }).some(
    (_, minute) => !hours.some(each => isWithin(minute, each))
  )
  if (!isFree) throw coreError("options-invalid", "the quiet hours leave no minute of the day to repair in")
}

function isMinute(minute: number): boolean {
  return Number.isInteger(minute) && minute >= 0 && minute < dayMinutes
}

function isWithin(minute: number, { fromMinute: from, toMinute: to }: QuietHours): boolean {
  return from < to ? minute >= from && minute < to : minute >= from || minute < to
}

function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / minuteMs) % dayMinutes
}
