/**
 * Suites that count as strong: those of TLS 1.3, and of TLS 1.2 those with forward secrecy that the CIS benchmark lists. Its list
 * still has CBC with SHA-1; a fix here does without.
 */
const STRONG = new Set(
  `TLS_AES_128_GCM_SHA256 TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256`.split(/\s+/),
)

/** The ones of a list that are not strong. */
export function weakOf(suites: readonly string[]): readonly string[] {
  return suites.filter((suite) => !STRONG.has(suite))
}

/** With TLS 1.3 alone no suite is left to choose: all of it are strong. */
export function isTls13Only(minVersion: string | undefined): boolean {
  return minVersion === 'VersionTLS13'
}

/** What a fix sets: AEAD suites with forward secrecy only. The short names of ChaCha20 stand on every list of CIS 1.2.29 and 4.2.12. */
export const AEAD_SUITES =
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305'
