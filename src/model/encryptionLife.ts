import * as z from 'zod'
import { rewriteCounts, rewriteCursor } from './rewrite.ts'

/** An EncryptionConfiguration that was written for the nodes: where it lies, what it is, and what it leads to. Never a key. */
export const keptFile = z.object({
  path: z.string(),
  /** As the API servers announce it: `sha256:…`. */
  hash: z.string(),
  /** Providers in their order, the one that writes first: `identity`, `secretbox:key1`, `kms:plugin`. */
  order: z.array(z.string()),
  resources: z.array(z.string()),
  goal: z.string().optional(),
  /** The journal run that wrote it. */
  run: z.string(),
})
export type KeptFile = z.infer<typeof keptFile>

/** A rewrite, begun or ended; bound to the configuration that was in use on all API servers. */
export const rewriteMemory = z.object({
  hash: z.string(),
  resources: z.array(z.string()),
  startedAt: z.string(),
  updatedAt: z.string(),
  total: z.number(),
  counts: rewriteCounts,
  cursor: rewriteCursor.optional(),
  endedAt: z.string().optional(),
})
export type RewriteMemory = z.infer<typeof rewriteMemory>

/** Everything was asked for once more and nothing had to be stored again: all of it is stored as this configuration writes. */
export const storageProof = z.object({
  hash: z.string(),
  resources: z.array(z.string()),
  at: z.string(),
  objects: z.number(),
  /** Written by others between the list and the look; those are stored anew too. */
  changed: z.number(),
})
export type StorageProof = z.infer<typeof storageProof>

export const encryptionMemory = z.object({
  files: z.array(keptFile).default([]),
  rewrite: rewriteMemory.optional(),
  proof: storageProof.optional(),
})
export type EncryptionMemory = z.infer<typeof encryptionMemory>
