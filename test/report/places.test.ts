import { describe, expect, it } from 'vitest'
import { placeOf, placesOf } from '#report/places.ts'

const object = (name: string, namespace?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
})
const ref = (name: string, namespace?: string) => ({ apiVersion: 'v1', kind: 'Pod', name, namespace })

describe('places', () => {
  const places = placesOf(
    [
      { object: object('a'), at: 'deep/shop.yaml:12' },
      { object: object('b', 'shop'), at: '/elsewhere/x:y.yaml:3' },
      { object: object('a'), at: 'deep/../shop.yaml:7' },
      { object: object('c'), at: '/home/me/..c.yaml:1' },
    ],
    '/home/me',
  )

  it('are relative below the folder and absolute elsewhere; the last of two counts', () => {
    expect(placeOf(places, ref('a'))).toEqual({ file: 'shop.yaml', line: 7 })
    expect(placeOf(places, ref('b', 'shop'))).toEqual({ file: '/elsewhere/x:y.yaml', line: 3 })
    expect(placeOf(places, ref('c'))).toEqual({ file: '..c.yaml', line: 1 })
  })

  it('an object without a namespace is found in default, one of another namespace is not', () => {
    expect(placeOf(places, ref('a', 'default'))).toEqual({ file: 'shop.yaml', line: 7 })
    expect(placeOf(places, ref('a', 'shop'))).toBeUndefined()
    expect(placeOf(places, ref('b', 'default'))).toBeUndefined()
  })
})
