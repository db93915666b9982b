import type { BackupAnswers } from './questions.ts'
import type { Member } from './seen.ts'
import { downloadCommand } from './upload.ts'

/** The steps of RESTORE.md, in their order. Fenced `sh` blocks are what a hand types; everything else explains. */

export function beforehand(answers: BackupAnswers): string {
  const apart =
    answers.encryptionCopy === 'volume-claim'
      ? `the CronJob etcd-encryption-copy puts it into the claim ${answers.inNamespace}/${answers.encryptionClaim} each day.`
      : 'copy the file that --encryption-provider-config of the API server names to a place of its own, after each change of a key.'
  return `## Before you need it
1. Keep snapshots off the node, somewhere the cluster's own credentials cannot delete them.
2. Keep the EncryptionConfiguration apart from the snapshots: ${apart}
   Without it every encrypted object in a snapshot is lost; with it beside the snapshot the encryption protects nothing. Keep old keys
   as long as the oldest snapshot.
3. Keep /etc/kubernetes/pki, apart from both.
4. Try a restore now and then: only a restore checks the sha256 at the end of the file, \`etcdutl snapshot status\` does not notice a
   changed bit.
5. Keep \`etcdutl\` on the node, of the version in ${answers.etcdImage}. While etcd runs it can be taken out of its container:

   \`\`\`sh
   command -v etcdutl || install -m 0755 "/proc/$(pgrep -xo etcd)/root/usr/local/bin/etcdutl" /usr/local/bin/etcdutl
   \`\`\`
`
}

export function fetching(answers: BackupAnswers): string {
  const from =
    answers.storage === 'node-folder'
      ? `1. Take the newest snapshot, or another one that you trust.

   \`\`\`sh
   install -m 0600 "$(ls -t ${answers.folder.replace(/\/$/, '')}/*.db | head -n 1)" /root/restore.db
   \`\`\``
      : answers.storage === 's3'
        ? fromBucket(answers)
        : '1. Copy the snapshot to /root/restore.db, readable by root only.'
  return `${from}

   Check it: its last 32 bytes are the sha256 of the rest. Go no further with a file that is not unharmed.

   \`\`\`sh
   [ "$(head -c -32 /root/restore.db | sha256sum | cut -d' ' -f1)" = "$(tail -c 32 /root/restore.db | od -An -tx1 | tr -d ' \\n')" ] && echo unharmed
   \`\`\`
`
}

function fromBucket(answers: BackupAnswers): string {
  const password = answers.sealed ? ', and RCLONE_CRYPT_PASSWORD as `rclone obscure` prints it' : ''
  return `1. Fetch the snapshot with rclone; put the name of the file that you want for etcd-sunday.db. Set AWS_ACCESS_KEY_ID and
   AWS_SECRET_ACCESS_KEY${password} before.

   \`\`\`sh
   umask 077
   ${downloadCommand(answers, 'etcd-sunday.db')}
   \`\`\``
}

export function stopping(): string {
  return `2. Stop what writes: move the manifests of the controller manager, the scheduler and the API server out of the folder (never copy them inside
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

4. Keep the old data. Where /var/lib/etcd-member.old is left of an earlier restore, move that away first.

   \`\`\`sh
   [ ! -e /var/lib/etcd-member.old ] && mv /var/lib/etcd/member /var/lib/etcd-member.old
   \`\`\`
`
}

export function restoring(members: readonly Member[]): string {
  // Of one member its manifest says all; several must be named, alike on all of them.
  const cluster = members.length > 1 ? members.map((m) => `${m.name}=${m.peer}`).join(',') : '$NAME=$PEER'
  return `5. Restore into a new folder, and move what is in it to its place. The revision is raised and the history marked as compacted, so that no client
   goes on with what it remembers from after the snapshot; without that the kubelet ignores new pods. A failed restore leaves its folder
   behind: remove /var/lib/etcd-restored before trying again. The cluster's token is made from the snapshot: the same on all members.

   \`\`\`sh
   NAME=$(sed -n 's/^ *- --name=//p' /root/manifests/etcd.yaml)
   PEER=$(sed -n 's/^ *- --initial-advertise-peer-urls=//p' /root/manifests/etcd.yaml)
   TOKEN=restored-$(tail -c 32 /root/restore.db | od -An -tx1 | tr -d ' \\n' | cut -c 1-16)
   etcdutl snapshot restore /root/restore.db --data-dir /var/lib/etcd-restored --bump-revision 1000000000 --mark-compacted --name "$NAME" --initial-cluster "${cluster}" --initial-advertise-peer-urls "$PEER" --initial-cluster-token "$TOKEN" &&
     mv /var/lib/etcd-restored/member /var/lib/etcd/member && rm -r /var/lib/etcd-restored
   \`\`\`
`
}

export function starting(answers: BackupAnswers): string {
  const pki = answers.certificateFolder.replace(/\/$/, '')
  return `6. Start etcd, and wait until it is healthy; with several members on all of them.

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
`
}

export function wayBack(): string {
  return `## The way back from a restore
Stop as in steps 2 and 3, then put the old data back, and start as in steps 6 to 8.

\`\`\`sh
[ -e /var/lib/etcd-member.old ] && mv /var/lib/etcd/member /var/lib/etcd-member.restored && mv /var/lib/etcd-member.old /var/lib/etcd/member
\`\`\`
`
}
