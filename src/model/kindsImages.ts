import * as images from './objects/images.ts'
import { PROBE_API } from './refs.ts'

const OPTIONAL = { namespaced: false, by: 'list', optional: true } as const

/** What is known of images: scans of them, and who verifies their signatures. */
export const imageKinds = {
  vulnerabilityReports: {
    apiVersion: 'aquasecurity.github.io/v1alpha1',
    kind: 'VulnerabilityReport',
    plural: 'vulnerabilityreports',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: images.vulnerabilityReport,
  },
  imageScans: {
    apiVersion: PROBE_API,
    kind: 'ImageScan',
    plural: 'imagescans',
    namespaced: false,
    by: 'probe',
    schema: images.imageScan,
  },
  clusterImagePolicies: {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    plural: 'clusterimagepolicies',
    namespaced: false,
    by: 'list',
    optional: true,
    schema: images.clusterImagePolicy,
  },
  kyvernoClusterPolicies: {
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    plural: 'clusterpolicies',
    ...OPTIONAL,
    schema: images.kyvernoPolicy,
  },
  kyvernoPolicies: {
    apiVersion: 'kyverno.io/v1',
    kind: 'Policy',
    plural: 'policies',
    namespaced: true,
    by: 'list',
    optional: true,
    schema: images.kyvernoPolicy,
  },
  /** Both versions may be served at once, and are then the same objects. */
  imageValidatingPolicies: {
    apiVersion: 'policies.kyverno.io/v1',
    kind: 'ImageValidatingPolicy',
    plural: 'imagevalidatingpolicies',
    ...OPTIONAL,
    schema: images.imageValidatingPolicy,
  },
  imageValidatingPoliciesAlpha: {
    apiVersion: 'policies.kyverno.io/v1alpha1',
    kind: 'ImageValidatingPolicy',
    plural: 'imagevalidatingpolicies',
    ...OPTIONAL,
    schema: images.imageValidatingPolicy,
  },
  ratifyVerifications: {
    apiVersion: 'constraints.gatekeeper.sh/v1beta1',
    kind: 'RatifyVerification',
    plural: 'ratifyverification',
    ...OPTIONAL,
    schema: images.ratifyVerification,
  },
} as const
