/** Reasons that several backup checks share; message ids are the same in each. */
export const MANAGED = {
  managed: { en: 'The provider runs and saves the etcd of this control plane ({distribution}); it cannot be reached from the cluster.' },
} as const

/** A namespace holds an etcd backup job, or the cluster could hold one where it was not looked. */
export const NO_JOB = {
  noJob: { en: 'There is no CronJob that saves etcd; see backup/etcd-job.' },
} as const
