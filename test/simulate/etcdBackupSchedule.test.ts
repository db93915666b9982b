import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cronField, longestGapMinutes } from '#simulate/etcdBackupSchedule.ts'

const DAY = 24 * 60

describe('longestGapMinutes', () => {
  test.each([
    ['0 2 * * *', DAY],
    ['@daily', DAY],
    ['@hourly', 60],
    ['@weekly', 7 * DAY],
    ['@monthly', 31 * DAY],
    ['@yearly', 366 * DAY],
    ['*/15 * * * *', 15],
    ['0 */6 * * *', 6 * 60],
    ['0 22-23 * * *', 23 * 60],
    ['0 1,20 * * *', 19 * 60],
    ['0 1 * * MON-FRI', 3 * DAY],
    ['0 1 * * 7', 7 * DAY],
    ['0 1 1,15 * *', 17 * DAY],
    ['0 0 13 * 5', 7 * DAY],
    ['30 1 * jan-dec *', DAY],
    ['TZ=Europe/Berlin 0 2 * * *', DAY],
    ['@every 90m', 90],
    ['@every 1h30m', 90],
    ['@reboot', undefined],
    ['0 2 * *', undefined],
    ['61 2 * * *', undefined],
    ['0 2 30 2 *', undefined],
    ['0 5-2 * * *', undefined],
    ['0 2 * * */0', undefined],
    ['', undefined],
  ])('%s', (schedule, expected) => {
    expect(longestGapMinutes(schedule)).toBe(expected)
  })

  test('agrees with walking through every minute of four weeks', () => {
    const some = (max: number) => fc.uniqueArray(fc.nat(max), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(some(59), some(23), some(6), (minutes, hours, weekdays) => {
        const fires: number[] = []
        for (let m = 0; m < 28 * DAY; m += 1)
          if (minutes.includes(m % 60) && hours.includes(Math.floor(m / 60) % 24) && weekdays.includes(Math.floor(m / DAY) % 7))
            fires.push(m)
        const gaps = fires.slice(1).map((m, i) => m - (fires[i] ?? 0))
        expect(longestGapMinutes(`${minutes.join(',')} ${hours.join(',')} * * ${weekdays.join(',')}`)).toBe(Math.max(...gaps))
      }),
      { numRuns: 50 },
    )
  })

  test('never throws, and what it says is positive', () => {
    const word = fc.oneof(fc.string({ maxLength: 6 }), fc.constantFrom('*', '*/5', '1-5', '0', '59', 'mon', '1,2', '?', '5/10'))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const gap = longestGapMinutes(words.join(' '))
        expect(gap === undefined || gap > 0).toBe(true)
      }),
    )
  })
})

test('cronField', () => {
  expect([...(cronField('5/10', 0, 30) ?? [])]).toEqual([5, 15, 25])
  expect([...(cronField('1-3,7', 0, 9) ?? [])]).toEqual([1, 2, 3, 7])
  expect(cronField('*-3', 0, 9)).toBeUndefined()
  expect(cronField('1,,2', 0, 9)).toBeUndefined()
})
