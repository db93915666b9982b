#!/bin/sh
# Modes and owners of Kubernetes' files on this node, as one JSON document on standard output. Reads only; prints no content
# of any file, only sha256 sums of manifests, of the EncryptionConfiguration and of the machine's id. Run as root on the node:
#   kubeharden evidence script | ssh NODE sudo sh > NODE.json
# then: kubeharden evidence import NODE.json. Option: --root DIR, where the node's file system is mounted (default /).
set -u
LC_ALL=C
export LC_ALL
root=
if [ "${1-}" = --root ]; then root=${2%/}; fi
warn() { printf 'kubeharden-evidence: %s\n' "$*" >&2; }
[ "$(id -u)" = 0 ] || warn 'not root: what cannot be read is left out and stays unknown'

# A JSON string of any bytes: what is not UTF-8 becomes U+FFFD.
json() {
  case $1 in
  *[!A-Za-z0-9._/:@%+=,\ -]*)
    printf '%s' "$1" | od -An -v -tu1 | awk '
      { for (i = 1; i <= NF; i++) b[++n] = $i }
      function unit(c) { return sprintf("\\u%04x", c) }
      END { printf "\""
        for (i = 1; i <= n; i++) { c = b[i] + 0; need = 0; least = 0
          if (c >= 240 && c < 245) { need = 3; p = c - 240; least = 65536 }
          else if (c >= 224 && c < 240) { need = 2; p = c - 224; least = 2048 }
          else if (c >= 194 && c < 224) { need = 1; p = c - 192; least = 128 }
          else if (c >= 128) { printf "%s", unit(65533); continue }
          if (need == 0) { if (c < 32 || c == 34 || c == 92 || c == 127) printf "%s", unit(c); else printf "%c", c; continue }
          ok = 1
          for (k = 1; k <= need; k++) { d = b[i + k] + 0; if (i + k > n || d < 128 || d > 191) { ok = 0; break } p = p * 64 + d - 128 }
          if (!ok || p < least || p > 1114111 || (p >= 55296 && p <= 57343)) { printf "%s", unit(65533); continue }
          i += need
          if (p < 65536) printf "%s", unit(p)
          else { p -= 65536; printf "%s%s", unit(55296 + int(p / 1024)), unit(56320 + p % 1024) } }
        printf "\"" }'
    ;;
  *) printf '"%s"' "$1" ;;
  esac
}

# mode uid gid owner group of a file; ls where stat has no -c.
facts() {
  stat -c '%a %u %g %U %G' -- "$1" 2>/dev/null && return
  ls -ldn -- "$1" 2>/dev/null | awk 'NR == 1 { m = 0; s = 0
    for (i = 2; i <= 10; i++) { c = substr($1, i, 1); w = 2 ^ ((10 - i) % 3); g = 8 ^ int((10 - i) / 3)
      if (c ~ /[rwxst]/) m += w * g
      if (c ~ /[sStT]/) s += i == 4 ? 4 : i == 7 ? 2 : 1 }
    printf "%o %s %s %s %s\n", s * 512 + m, $3, $4, $3 == 0 ? "root" : $3, $4 == 0 ? "root" : $4 }'
}

separator=
missed=
# One entry: what it is, then its path on the node.
entry() {
  [ -e "$root$2" ] || [ -L "$root$2" ] || return 0
  at=$root$2
  # A link says nothing about what it leads to: the target's mode decides who may read.
  if [ -L "$at" ] && [ -z "$root" ]; then real=$(readlink -f -- "$at") && [ -e "$real" ] && at=$real; fi
  type=other
  if [ -L "$at" ]; then type=link; elif [ -d "$at" ]; then type=directory; elif [ -f "$at" ]; then type=file; fi
  set -- "$1" "$2" $(facts "$at")
  if [ $# -lt 7 ]; then
    warn "cannot look at $2"
    missed=$missed${missed:+,}$(json "$2")
    return 0
  fi
  printf '%s\n    {"what": "%s", "path": %s, "type": "%s", "mode": "%s", "uid": %s, "gid": %s, "owner": %s, "group": %s}' \
    "$separator" "$1" "$(json "$2")" "$type" "$3" "$4" "$5" "$(json "$6")" "$(json "$7")"
  separator=,
}

# Everything below a folder, names with any character in them.
below() {
  for child in "$root$1"/* "$root$1"/.[!.]*; do
    [ -e "$child" ] || [ -L "$child" ] || continue
    child=${child#"$root"}
    "$2" "$child"
    if [ -d "$root$child" ] && [ ! -L "$root$child" ]; then below "$child" "$2"; fi
  done
}
pki() {
  case $1 in
  *.crt) entry pki-certificate "$1" ;;
  *.key) entry pki-key "$1" ;;
  *) entry pki-other "$1" ;;
  esac
}
cni() { [ -d "$root$1" ] || entry cni "$1"; }

# The value of a flag of the first process of this name; of a running process only, never of a file.
flag() {
  for line in "$root"/proc/[0-9]*/cmdline; do
    found=$(cat "$line" 2>/dev/null | tr "\\000" "\\n" | awk -v name="$1" -v flag="--$2" '
      NR == 1 { sub(/.*\//, ""); if ($0 != name) exit }
      take { print; exit }
      index($0, flag "=") == 1 { print substr($0, length(flag) + 2); exit }
      $0 == flag { take = 1 }')
    if [ -n "$found" ]; then printf '%s' "$found"; return; fi
  done
}
# The number of the first process of this name.
process() {
  for line in "$root"/proc/[0-9]*/cmdline; do
    case $(cat "$line" 2>/dev/null | tr "\\000" "\\n" | sed -n 1p) in
    "$1" | */"$1")
      line=${line%/cmdline}
      printf '%s' "${line##*/}"
      return 0
      ;;
    esac
  done
  return 1
}
# One plain value of the kubelet's configuration: only the keys that name a path.
configured() { sed -n "s/^ *$1: *[\"']\{0,1\}\([^\"' #]*\).*/\1/p" "$root$kubelet_config" 2>/dev/null | sed -n 1p; }

kubelet_config=$(flag kubelet config)
kubelet_config=${kubelet_config:-/var/lib/kubelet/config.yaml}
kubelet_kubeconfig=$(flag kubelet kubeconfig)
kubelet_kubeconfig=${kubelet_kubeconfig:-/etc/kubernetes/kubelet.conf}
manifests=$(configured staticPodPath)
manifests=${manifests:-/etc/kubernetes/manifests}
manifests=${manifests%/}
client_ca=$(configured clientCAFile)
[ -n "$client_ca" ] || client_ca=$(flag kubelet client-ca-file)
client_ca=${client_ca:-/etc/kubernetes/pki/ca.crt}
etcd_data=$(flag etcd data-dir)
etcd_data=${etcd_data:-/var/lib/etcd}
cni_dir=$(flag kubelet cni-conf-dir)
cni_dir=${cni_dir:-/etc/cni/net.d}
proxy=$(flag kube-proxy kubeconfig)
# In a container its path is not this node's.
case $proxy in "" | /var/lib/kube-proxy/*) proxy=/etc/kubernetes/proxy.conf ;; esac

host=$(cat "$root/proc/sys/kernel/hostname" 2>/dev/null || uname -n)
name=$(flag kubelet hostname-override)
name=${name:-$(printf '%s' "$host" | tr 'A-Z' 'a-z')}
is_running=false
if process kubelet >/dev/null; then is_running=true; fi

printf '{\n  "apiVersion": "probe.kubeharden/v1", "kind": "NodeEvidence", "schemaVersion": 1,\n'
printf '  "metadata": {"name": %s}, "hostname": %s,\n' "$(json "$name")" "$(json "$host")"
printf '  "takenAt": "%s", "asRoot": %s, "kubelet": %s,\n  "files": [' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
  "$([ "$(id -u)" = 0 ] && echo true || echo false)" "$is_running"
for pod in kube-apiserver kube-controller-manager kube-scheduler etcd; do entry "$pod-manifest" "$manifests/$pod.yaml"; done
for file in admin super-admin; do entry admin-conf "/etc/kubernetes/$file.conf"; done
for file in scheduler controller-manager; do entry "$file-conf" "/etc/kubernetes/$file.conf"; done
entry etcd-data "$etcd_data"
entry pki-directory /etc/kubernetes/pki
below /etc/kubernetes/pki pki
below "${cni_dir%/}" cni
for file in /etc/systemd/system/kubelet.service /etc/systemd/system/kubelet.service.d/10-kubeadm.conf \
  /usr/lib/systemd/system/kubelet.service /usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf \
  /lib/systemd/system/kubelet.service; do
  # /lib is often a link to /usr/lib: once is enough.
  case $file in /lib/*) [ -e "$root/usr$file" ] && continue ;; esac
  entry kubelet-service "$file"
done
entry proxy-kubeconfig "$proxy"
entry kubelet-kubeconfig "$kubelet_kubeconfig"
entry kubelet-config "$kubelet_config"
entry client-ca "$client_ca"
printf '\n  ],\n  "unreadable": [%s],\n  "sha256": {' "$missed"
separator=
sum_of() {
  printf '%s"%s": "%s"' "$separator" "$1" "${2%% *}"
  separator=', '
}
for pod in kube-apiserver kube-controller-manager kube-scheduler etcd; do
  [ -r "$root$manifests/$pod.yaml" ] || continue
  sum_of "$pod-manifest" "$(sha256sum <"$root$manifests/$pod.yaml")"
done
# The sum is safe to show: nobody finds random keys of 32 bytes by trying, and the API server announces this very sum in its
# metrics. Read as the API server sees it: its mounts may give the file another path.
encryption=$(flag kube-apiserver encryption-provider-config)
if [ -n "$encryption" ]; then
  file=$root/proc/$(process kube-apiserver)/root$encryption
  [ -r "$file" ] || file=$root$encryption
  if [ -r "$file" ]; then sum_of encryption-config "$(sha256sum <"$file")"; else warn "cannot read $encryption"; fi
fi
# As the Node object tells it too: another cluster may have a node of the same name.
for file in /etc/machine-id /var/lib/dbus/machine-id; do
  [ -s "$root$file" ] || continue
  sum_of machine-id "$(tr -d '\n' <"$root$file" | sha256sum)"
  break
done
printf '}\n}\n'
