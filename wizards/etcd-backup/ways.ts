import type { Ways } from '../shared/ways.ts'

/** Whose etcd is the provider's, or is saved by the distribution itself. */
export const WAYS: Ways = {
  eks: 'AWS saves etcd of EKS and does not let you at it. Back up your objects and volumes instead, for example with Velero.',
  gke: 'Google saves etcd of GKE and does not let you at it. Use Backup for GKE, or Velero, for your objects and volumes.',
  aks: 'Azure saves etcd of AKS and does not let you at it. Use Azure Backup for AKS, or Velero, for your objects and volumes.',
  k3s: 'k3s saves its embedded etcd itself: set etcd-snapshot-schedule-cron, etcd-snapshot-retention and etcd-s3 in its config.yaml.',
  rke2: 'RKE2 saves etcd itself: set etcd-snapshot-schedule-cron, etcd-snapshot-retention and etcd-s3 in its config.yaml.',
  kops: 'etcd-manager of kOps saves etcd every 15 minutes into the object storage of the state store: etcd-manager-ctl --backup-store=STORE/CLUSTER/backups/etcd/main list-backups shows what is there, restore-backup brings one back.',
  openshift: 'Use the etcd Backup objects of OpenShift, or cluster-backup.sh on a control-plane node.',
  talos: 'Use talosctl etcd snapshot, or talos-backup as a CronJob.',
  microk8s: 'MicroK8s keeps its data in dqlite: use microk8s dbctl backup.',
}
