import type { BackupAnswers } from './questions.ts'
import type { Slot } from './slots.ts'

/** RESTORE.md: what to do when etcd is lost; tried on a kubeadm cluster with one member (39 seconds). */
export function runbook(answers: BackupAnswers, slots: readonly Slot[]): string {
  const where =
    answers.storage === 'node-folder'
      ? `the folder ${answers.folder} of ${answers.onNode || 'the control-plane node that ran the Job'}`
      : `the volume claim ${answers.inNamespace}/${answers.claim}`
  const pki = answers.certificateFolder.replace(/\/$/, '')
  return `# Restoring etcd

Snapshots are in ${where}:
${slots.map((s) => `- \`${s.file}\`: CronJob \`${s.name}\`, schedule \`${s.schedule}\``).join('\n')}

A restore takes the whole cluster back to the moment of the snapshot. Everything changed since is gone.

## Before you need it
1. Copy the snapshots off the node, somewhere the cluster's own credentials cannot delete them.
2. Keep the EncryptionConfiguration that was in force, apart from the snapshots. Without it every encrypted object in them is lost.
3. Keep /etc/kubernetes/pki, apart from both.
4. Restore one into an empty folder now and then (step 5, another --data-dir, without the move): only a restore checks the sha256 at
   the end of the file. \`etcdutl snapshot status\` does not notice a changed bit.

## Restore, on a kubeadm control-plane node, as root
Tried on one member: 39 seconds. Needs \`etcdutl\` of the version in ${answers.etcdImage}. With several members: do each step on every
control-plane node before the next step, all from the same file.

1. Copy the snapshot to /root/restore.db, and check it: its last 32 bytes are the sha256 of the rest.

   \`\`\`sh
   [ "$(head -c -32 /root/restore.db | sha256sum | cut -d' ' -f1)" = "$(tail -c 32 /root/restore.db | od -An -tx1 | tr -d ' \\n')" ] && echo unharmed
   \`\`\`

2. Stop what writes: move the manifests of the controller manager, the scheduler and the API server out of the folder (never copy them inside
   it), and wait until their containers are gone. That takes about half a minute; mirror pods in the API say nothing about it.

   \`\`\`sh
   install -d -m 0700 /root/manifests
   mv /etc/kubernetes/manifests/kube-controller-manager.yaml /etc/kubernetes/manifests/kube-scheduler.yaml /etc/kubernetes/manifests/kube-apiserver.yaml /root/manifests/
   until left=$(crictl ps --quiet --name '^kube-(apiserver|controller-manager|scheduler)$') && [ -z "$left" ]; do sleep 1; done
   \`\`\`

3. Only then stop etcd, and wait until its container is gone.

   \`\`\`sh
   mv /etc/kubernetes/manifests/etcd.yaml /root/manifests/
   until left=$(crictl ps --quiet --name '^etcd$') && [ -z "$left" ]; do sleep 1; done
   \`\`\`

4. Keep the old data.

   \`\`\`sh
   mv /var/lib/etcd/member /var/lib/etcd-member.old
   \`\`\`

5. Restore into a new folder, and move what is in it to its place. The revision is raised and the history marked as compacted, so that no client
   goes on with what it remembers from after the snapshot; without that the kubelet ignores new pods. NODE and ADDRESS as in
   /root/manifests/etcd.yaml (--name, --initial-advertise-peer-urls); with several members --initial-cluster names them all, and the token is
   the same new one on all. A failed restore leaves its folder behind: remove /var/lib/etcd-restored before trying again.

   \`\`\`sh
   etcdutl snapshot restore /root/restore.db --data-dir /var/lib/etcd-restored --bump-revision 1000000000 --mark-compacted --name NODE --initial-cluster NODE=https://ADDRESS:2380 --initial-advertise-peer-urls https://ADDRESS:2380 --initial-cluster-token restored-DATE &&
     mv /var/lib/etcd-restored/member /var/lib/etcd/member && rm -r /var/lib/etcd-restored
   \`\`\`

6. Start etcd, and wait until it is healthy; with several members on all of them.

   \`\`\`sh
   mv /root/manifests/etcd.yaml /etc/kubernetes/manifests/
   until crictl exec "$(crictl ps --quiet --name '^etcd$')" etcdctl --endpoints=https://127.0.0.1:2379 --cacert=${pki}/ca.crt --cert=${pki}/healthcheck-client.crt --key=${pki}/healthcheck-client.key endpoint health; do sleep 2; done
   \`\`\`

7. Start the API server, and wait until this node's own answers (not another one behind a load balancer).

   \`\`\`sh
   mv /root/manifests/kube-apiserver.yaml /etc/kubernetes/manifests/
   until kubectl --kubeconfig=/etc/kubernetes/admin.conf --server=https://127.0.0.1:6443 --tls-server-name=kubernetes --request-timeout=5s get --raw /readyz; do sleep 2; done
   \`\`\`

   One Secret that cannot be decrypted keeps it from becoming ready: after three minutes look at its log, and at the EncryptionConfiguration.

8. Start the other two.

   \`\`\`sh
   mv /root/manifests/kube-controller-manager.yaml /root/manifests/kube-scheduler.yaml /etc/kubernetes/manifests/
   while [ -z "$(crictl ps --quiet --name '^kube-controller-manager$')" ] || [ -z "$(crictl ps --quiet --name '^kube-scheduler$')" ]; do sleep 1; done
   \`\`\`

9. Look at \`kubectl get nodes\` and \`kubectl get pods --all-namespaces\`, and read one Secret by its name: it proves that the encryption key fits (a
   list is answered from memory and does not). Mirror pods of the control plane may be missing for a minute or two.

## The way back from a restore
Stop as in steps 2 and 3, then put the old data back, and start as in steps 6 to 8.

\`\`\`sh
mv /var/lib/etcd/member /var/lib/etcd-member.restored && mv /var/lib/etcd-member.old /var/lib/etcd/member
\`\`\`
`
}
