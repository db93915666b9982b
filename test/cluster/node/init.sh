#!/bin/bash
# Process 1 of a cluster's node: lays the node's own folders over the machine's, brings its network up, and keeps containerd and the
# kubelet running as systemd would. Everything ends with it: it is process 1 of a PID namespace.
set -eu
fs=$1 name=$2 host=$3 address=$4 bin=$5 api=$6
cluster=/run/cluster
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mount --make-rprivate /
mount -t proc proc /proc
hostname "$name"
# What the node writes goes to the cluster's own folder; what it reads there is the machine's.
for folder in /etc /opt /root /usr/local/bin /usr/libexec /var/backups /var/lib /var/log; do
  mkdir -p "$fs/upper$folder" "$fs/work$folder"
done
mkdir -p "$fs/etcd" "$fs/containerd" "$fs/kubelet" "$fs/kubeharden" "$fs/pods"
exec 8< "$fs/.."
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir -p /run/lock "$cluster" /run/bin /run/api
mount --bind /proc/self/fd/8 "$cluster"
mount --bind "$bin" /run/bin
mount --bind "$api" /run/api
for folder in /etc /opt /usr/local/bin /usr/libexec /var/backups /var/lib /var/log; do
  [ -d "$folder" ] || continue
  mount -t overlay -o "lowerdir=$folder,upperdir=$cluster/fs/upper$folder,workdir=$cluster/fs/work$folder" overlay "$folder"
done
mount --bind "$cluster/fs/upper/root" /root
# An overlay cannot carry containerd's own overlays, etcd wants a plain folder, and what was kept of changes on another node is not ours.
for folder in etcd containerd kubelet kubeharden; do
  mkdir -p "/var/lib/$folder"
  mount --bind "$cluster/fs/$folder" "/var/lib/$folder"
done
chmod 0700 /var/lib/etcd /var/lib/kubeharden
# What the kubelet sets, it sets for the whole kernel; here it finds files of the node's own that look the same.
for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
  [ -e "/proc/sys/$setting" ] || continue
  mkdir -p "/run/sys/${setting%/*}"
  cat "/proc/sys/$setting" > "/run/sys/$setting"
  mount --bind "/run/sys/$setting" "/proc/sys/$setting"
done
mount --make-rshared /

for program in containerd containerd-shim-runc-v2 ctr crictl kubelet kubeadm etcdutl; do ln -sf "/run/bin/$program" "/usr/local/bin/$program"; done
for program in kubectl etcdctl; do ln -sf "/run/api/$program" "/usr/local/bin/$program"; done
cp -a "$cluster/etc/." /etc/
mkdir -p /opt/cni/bin
cp /usr/lib/cni/bridge /usr/lib/cni/host-local /usr/lib/cni/portmap /usr/lib/cni/loopback /opt/cni/bin/
printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" > /etc/hosts
printf 'nameserver %s\n' "$host" > /etc/resolv.conf

ip link set lo up
until ip link show eth0 > /dev/null 2>&1; do sleep 0.05; done
ip addr add "$address/30" dev eth0
ip link set eth0 up
ip route add default via "$host"
sysctl -qw net.ipv4.ip_forward=1
sysctl -qw net.bridge.bridge-nf-call-iptables=1 || true

keep() {
  while :; do
    "$@" || true
    sleep 1
  done
}
containerd_() { containerd --config "$cluster/containerd.toml" >> /var/log/containerd.log 2>&1; }
kubelet_() {
  [ -f "$cluster/kubelet-may-run" ] || return 0
  KUBELET_KUBEADM_ARGS=
  . /var/lib/kubelet/kubeadm-flags.env
  kubelet --bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf --kubeconfig=/etc/kubernetes/kubelet.conf \
    --config=/var/lib/kubelet/config.yaml $KUBELET_KUBEADM_ARGS >> /var/log/kubelet.log 2>&1
}
keep containerd_ &
keep kubelet_ &
touch "$cluster/ready"
trap : TERM
# Also reaps what lost its parent.
while :; do wait -n || sleep 1; done
