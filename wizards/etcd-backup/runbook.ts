import type { BackupAnswers } from './questions.ts'
import type { Slot } from './slots.ts'

/** RESTORE.md: what to do when etcd is lost; tried on a kubeadm cluster with one member (39 seconds). */
export function runbook(answers: BackupAnswers, slots: readonly Slot[]): string {
  const where =
    answers.storage === 'node-folder'
      ? `the folder ${answers.folder} of ${answers.onNode || 'the control-plane node that ran the Job'}`
      : `the volume claim ${answers.inNamespace}/${answers.claim}`
  return `# Restoring etcd

Snapshots are in ${where}:
${slots.map((s) => `- \`${s.file}\`: CronJob \`${s.name}\`, schedule \`${s.schedule}\``).join('\n')}

A restore takes the whole cluster back to the moment of the snapshot. Everything changed since is gone.

## Before you need it
1. Copy the snapshots off the node, somewhere the cluster's own credentials cannot delete them.
2. Keep the EncryptionConfiguration that was in force, apart from the snapshots. Without it every encrypted object in them is lost.
3. Keep /etc/kubernetes/pki, apart from both.
4. Restore one into an empty folder now and then (step 4, into /tmp): only a restore checks the sha256 at the end of the file. \`etcdutl snapshot status\`
   does not notice a changed bit.

## Restore, on a kubeadm control-plane node, as root
Needs \`etcdutl\` of the version in ${answers.etcdImage}. With several members: do steps 1 to 5 on every one of them, all from the same file.

1. Copy the snapshot to /root/restore.db, and check it: its last 32 bytes are the sha256 of the rest.
   \`[ "$(head -c -32 /root/restore.db | sha256sum | cut -d' ' -f1)" = "$(tail -c 32 /root/restore.db | od -An -tx1 | tr -d ' \\n')" ] && echo unharmed\`
2. Stop what writes: move the manifests out of the folder (never copy them inside it).
   \`install -d -m 0700 /root/manifests\`
   \`mv /etc/kubernetes/manifests/kube-controller-manager.yaml /etc/kubernetes/manifests/kube-scheduler.yaml /etc/kubernetes/manifests/kube-apiserver.yaml /root/manifests/\`
   Wait until \`crictl ps --name 'kube-(apiserver|controller-manager|scheduler)'\` shows none, then
   \`mv /etc/kubernetes/manifests/etcd.yaml /root/manifests/\` and wait until \`crictl ps --name etcd\` shows none.
3. Keep the old data: \`mv /var/lib/etcd/member /root/etcd-member.old\`
4. Restore. The revision is raised and the history marked as compacted, so that no client goes on with what it remembers from after the snapshot.
   \`etcdutl snapshot restore /root/restore.db --data-dir /root/etcd-restored --bump-revision 1000000000 --mark-compacted --name NODE --initial-cluster NODE=https://ADDRESS:2380 --initial-advertise-peer-urls https://ADDRESS:2380 --initial-cluster-token restored-DATE\`
   NODE and ADDRESS as in /root/manifests/etcd.yaml (--name, --initial-advertise-peer-urls); with several members --initial-cluster names them all. The token must be new.
   A failed restore leaves its folder behind: remove /root/etcd-restored before trying again.
5. \`mv /root/etcd-restored/member /var/lib/etcd/member\`
6. Start again, in this order, each when the one before runs: etcd.yaml, kube-apiserver.yaml, then the other two.
   \`mv /root/manifests/etcd.yaml /etc/kubernetes/manifests/\`
7. \`kubectl get --raw /readyz\`, then look at \`kubectl get nodes\` and \`kubectl get pods --all-namespaces\`. Read one Secret: it proves that the encryption key fits.
   Mirror pods of the control plane may be missing for a minute or two.

## The way back from a restore
Stop as in step 2, move /var/lib/etcd/member away, \`mv /root/etcd-member.old /var/lib/etcd/member\`, start as in step 6.
`
}
