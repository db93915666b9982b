#!/bin/sh
# Changes one component of this node as the file `plan` beside it says, waits until it is healthy, and goes back by itself
# where it does not become healthy in time.
#
#   sh kubeharden-node.sh            look only: says what would change, changes nothing
#   sh kubeharden-node.sh --apply    change, wait, go back by itself if need be
#   sh kubeharden-node.sh --undo     put back what --apply of this plan replaced (--decrypted: see the plan's undo-guard)
#   sh kubeharden-node.sh --status   how far this plan got on this node
#
# The way back is kept in /var/lib/kubeharden/RUN. The last line is the outcome as JSON.
# Exit codes: 0 fine, 5 refused (nothing changed), 6 rolled back, 7 the way back did not become healthy.
set -u
umask 077
LC_ALL=C
PATH=${PATH:-/usr/bin}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/bin
export LC_ALL PATH
unset KUBECONFIG http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy 2> /dev/null || :

# For tests of this script alone: another root folder, with a marker in it.
R=${KUBEHARDEN_ROOT:-}
if [ -n "$R" ] && [ ! -f "$R/.kubeharden-test-root" ]; then
  echo 'refused: KUBEHARDEN_ROOT is for tests of this script only'
  exit 5
fi
HERE=$(cd "$(dirname "$0")" && pwd) || exit 5
KEPT=$R/var/lib/kubeharden
ETC=$R/etc/kubernetes
KUBELET_CONFIG=$R/var/lib/kubelet/config.yaml
STARTED=$(date +%s)

run='' node='' component='' within=120 loads='' guard='' before_sum='' after_sum=''
W='' LOCKED='' STOP='' CLIENT=''
# Where the words of a refusal go, and whether the body of one is left out.
SAID=/dev/null CURL_FAIL=-f
# Seconds for which an API server may say the same reason for not being ready.
STUCK=30

# ---- words and ends

say() { printf '%s\n' "$*"; }

# The outcome, and the end. STATE CODE DETAIL
finish() {
  say "$1: $3"
  f_detail=$(printf '%s' "$3" | tr -d '\\"' | tr '\000-\037\177' ' ' | cut -c 1-600)
  f_more=''
  [ -z "$before_sum" ] || f_more=",\"before\":\"$before_sum\""
  [ -z "$after_sum" ] || f_more="$f_more,\"after\":\"$after_sum\""
  [ -z "$component" ] || printf '{"run":"%s","node":"%s","component":"%s","state":"%s","detail":"%s"%s,"seconds":%d}\n' \
    "$run" "$node" "$component" "$1" "$f_detail" "$f_more" "$(($(date +%s) - STARTED))"
  exit "$2"
}

refuse() { finish refused 5 "$*"; }

tidy() {
  [ -z "$LOCKED" ] || rm -rf "$KEPT/lock"
  [ -z "$W" ] || rm -rf "$W"
}
trap tidy EXIT
# A closed terminal or pipe does not stop a change halfway; a signal to end makes it go back.
trap '' HUP PIPE
trap 'STOP=yes' INT TERM

sum_of() { sha256sum "$1" | cut -d ' ' -f 1; }

# ---- the plan

is_path() {
  case $1 in /*) ;; *) return 1 ;; esac
  case $1 in *[!A-Za-z0-9_.@+/-]* | */../* | */.. | */./* | */. | *//* | */) return 1 ;; esac
}
is_word() { case $1 in '' | *[!A-Za-z0-9_.-]* | [.-]*) return 1 ;; esac; }

read_plan() {
  [ -f "$1" ] || { say "refused: $1 is not there; run this in the folder that kubeharden wrote"; exit 5; }
  : > "$W/folders"
  : > "$W/files"
  : > "$W/edits"
  p_count=0
  while read -r p_word p_rest; do
    set -f
    # shellcheck disable=SC2086
    set -- $p_rest
    set +f
    case $p_word in
      '' | '#'*) ;;
      kubeharden-plan) [ "$p_rest" = 1 ] || { say 'refused: the plan is of another version of this script'; exit 5; } ;;
      run) is_word "${1-}" && run=$1 || bad_plan run ;;
      node) is_word "${1-}" && node=$1 || bad_plan node ;;
      component)
        case ${1-} in
          kube-apiserver | kube-controller-manager | kube-scheduler | etcd | kubelet) component=$1 ;;
          *) bad_plan component ;;
        esac
        ;;
      within) case ${1-} in '' | *[!0-9]* | ?????*) bad_plan within ;; *) within=$1 ;; esac ;;
      loads) is_path "${1-}" && loads=$1 || bad_plan loads ;;
      undo-guard) guard=${1-} ;;
      folder) is_path "${2-}" && echo "$1 $2" >> "$W/folders" || bad_plan folder ;;
      file)
        [ $# = 5 ] && is_path "$5" || bad_plan file
        p_count=$((p_count + 1))
        echo "$p_count $*" >> "$W/files"
        ;;
      flag | unflag | mount | unmount | set | remove) printf '%s %s\n' "$p_word" "$p_rest" >> "$W/edits" ;;
      *) bad_plan "$p_word" ;;
    esac
  done < "$1"
  [ -n "$run" ] && [ -n "$node" ] && [ -n "$component" ] || bad_plan 'run, node or component'
}
bad_plan() {
  component=''
  refuse "the plan is not whole: $1"
}

# ---- processes: read from /proc, so that no other tool is needed and the words of the command line can be compared

start_of() {
  { read -r s_line < "$R/proc/$1/stat"; } 2> /dev/null || return 1
  # shellcheck disable=SC2086
  set -- ${s_line##*) }
  echo "${20-0}"
}

# PID:START of each process with exactly the words in a file, one a line. NAME FILE
procs_like() {
  l_name=$(printf '%.15s' "$1")
  for l_dir in "$R"/proc/[0-9]*; do
    { read -r l_comm < "$l_dir/comm"; } 2> /dev/null || continue
    [ "$l_comm" = "$l_name" ] || continue
    if [ -n "${2-}" ]; then tr '\000' '\n' < "$l_dir/cmdline" 2> /dev/null | cmp -s - "$2" || continue; fi
    l_start=$(start_of "${l_dir##*/}") && echo "${l_dir##*/}:$l_start"
  done
}

alive() { [ "$(start_of "${1%%:*}")" = "${1##*:}" ]; }

# ---- the manifest of a static pod, in the form that kubeadm writes

# MODE (edit or facts) MANIFEST. facts: `arg WORD`, `mount MOUNTPATH HOSTPATH ro|rw`.
manifest() {
  awk -v mode="$1" -v component="$component" '
  function fail(m) { if (!bad) print m > "/dev/stderr"; bad = 1; exit 3 }
  function unquote(t,   q) {
    sub(/ +$/, "", t)
    q = substr(t, 1, 1)
    if (q == "\"" || q == "\047") {
      if (length(t) < 2 || substr(t, length(t)) != q || index(t, "\\") || index(substr(t, 2, length(t) - 2), q)) fail("line " at ": this quoting is not kubeadm\047s")
      return substr(t, 2, length(t) - 2)
    }
    if (t ~ /^[\[{>|&*!%@`]/ || t ~ / #/ || t ~ /: /) fail("line " at " is not in the form that kubeadm writes")
    return t
  }
  function flagname(word) { sub(/^--?/, "", word); sub(/=.*$/, "", word); return word }
  function value(line,   t) { t = line; sub(/^[^:]*: */, "", t); return unquote(t) }
  FILENAME == ARGV[1] {
    rest = $0; sub(/^[a-z]+ /, "", rest)
    if ($1 == "flag") { k = rest; sub(/=.*$/, "", k); want[k] = substr(rest, length(k) + 2); order[++nf] = k }
    if ($1 == "unflag") gone[$2] = 1
    if ($1 == "mount") { nm++; mname[nm] = $2; mtype[nm] = $3; mro[nm] = $4; mhost[nm] = $5; mpath[nm] = $6 }
    if ($1 == "unmount") { nu++; uname[nu] = $2; uhost[nu] = $3; upath[nu] = $4 }
    if ($1 == "annotate") note = $2
    next
  }
  { L[++n] = $0 }
  END {
    if (bad) exit 3
    for (i = 1; i <= n; i++) {
      at = i; s = L[i]
      if (s ~ /[\t\r]/) fail("line " i " holds a tab or a carriage return")
      if (s ~ /^ *(#|$)/) { if (s ~ /^ *$/) continue; continue }
      if (s ~ /^---/ && i > 1) fail("more than one document")
      if (s ~ /^[A-Za-z]/) { top = s; sub(/:.*/, "", top); tops[top]++; sect = ""; sub2 = "" }
      if (s == "apiVersion: v1") isv1 = 1
      if (s == "kind: Pod") ispod = 1
      if (s ~ /^metadata: *$/) metaline = i
      if (top == "metadata" && s ~ /^  annotations: *$/) annline = i
      if (top == "metadata" && s ~ /^    kubeharden\.io\/files: /) oldnote = i
      if (top != "spec") continue
      if (s ~ /^  [A-Za-z]/) { sect = s; sub(/^  /, "", sect); sub(/:.*/, "", sect); sects[sect]++; sub2 = ""; if (sect == "volumes") { if (s !~ /^  volumes: *$/) fail("volumes are written in one line"); vlast = i } }
      if (sect == "initContainers") fail("it has init containers")
      if (sect == "containers") {
        if (s ~ /^  - /) { if (++ncont > 1) fail("it has more than one container") }
        key = ""
        if (s ~ /^(  - |    )[A-Za-z]/) { key = s; sub(/^(  - |    )/, "", key); sub(/:.*/, "", key); sub2 = key; keys[key]++ }
        if (key == "args") fail("its flags stand under args")
        if (key == "command") { if (s !~ /command: *$/) fail("its command is written in one line"); continue }
        if (key == "volumeMounts") { if (s !~ /volumeMounts: *$/) fail("volumeMounts are written in one line"); mlast = i; continue }
        if (sub2 == "command") {
          if (s !~ /^    - /) fail("line " i " is not in the form that kubeadm writes")
          w = unquote(substr(s, 7)); clast = i
          nw++; words[nw] = w
          if (nw == 1) { if (w != component) fail("it starts " w " and not " component); continue }
          if (w !~ /^--?[A-Za-z]/) fail("line " i ": a flag and its value are two words")
          k = flagname(w); seen[k]++; where[k] = i; text[k] = w
        }
        if (sub2 == "volumeMounts") {
          if (s !~ /^    (- |  )/) fail("line " i " is not in the form that kubeadm writes")
          if (s ~ /^    - /) { ne++; eline[ne] = i; ero[ne] = "rw" }
          f = s; sub(/^    (- |  )/, "", f)
          if (f ~ /^mountPath:/) epath[ne] = value(f)
          if (f ~ /^name:/) ename[ne] = value(f)
          if (f ~ /^readOnly: true *$/) ero[ne] = "ro"
          if (f ~ /^subPath/) esub[ne] = 1
          elast[ne] = i; mlast = i
        }
      }
      if (sect == "volumes" && s !~ /^  volumes:/) {
        if (s !~ /^(  - |    )/) fail("line " i " is not in the form that kubeadm writes")
        if (s ~ /^  - /) vline[++nv] = i
        vend[nv] = i
        f = s; sub(/^(  - |    )/, "", f)
        if (f ~ /^name:/) vname[nv] = value(f)
        if (f ~ /^  path:/) vhost[nv] = value(f)
        vlast = i
      }
    }
    if (!isv1 || !ispod || tops["spec"] != 1 || ncont != 1 || keys["command"] != 1 || nw < 1) fail("it is not a Pod with one command")
    if (keys["volumeMounts"] != 1 || sects["volumes"] != 1 || !ne || !nv) fail("it has no volumes and mounts")
    for (i = 1; i <= nv; i++) { if (vname[i] == "" || vname[i] in host) fail("a volume without a name of its own"); host[vname[i]] = vhost[i] }
    if (mode == "facts") {
      for (i = 1; i <= nw; i++) print "arg " words[i]
      for (i = 1; i <= ne; i++) if (!(i in esub) && host[ename[i]] != "") print "mount " epath[i] " " host[ename[i]] " " ero[i]
      exit 0
    }
    for (i = 1; i <= nf; i++) {
      k = order[i]
      if (seen[k] > 1) fail("--" k " stands there " seen[k] " times")
      w = "--" k "=" want[k]
      q = (w ~ /^--[A-Za-z0-9_.\/,=@+*%:-]+$/ && w !~ /:$/) ? w : "\"" w "\""
      if (!seen[k]) { flags = flags "    - " q "\n" } else if (text[k] != w && text[k] != substr(w, 2)) L[where[k]] = "    - " q
    }
    for (k in gone) { if (seen[k] > 1) fail("--" k " stands there " seen[k] " times"); if (seen[k]) drop[where[k]] = 1 }
    ns = ne
    for (u = 1; u <= nu; u++) {
      # Only what is just this mount goes, and nothing that a flag still needs.
      others = 0; gone1 = 0
      for (j = 1; j <= ns; j++) {
        if (ename[j] != uname[u]) continue
        if (host[uname[u]] == uhost[u] && epath[j] == upath[u] && !(j in esub)) gone1 = j
        else others++
      }
      if (!gone1) continue
      for (k in text) {
        if (k in gone) continue
        w = (k in want) ? want[k] : text[k]; if (!(k in want)) sub(/^[^=]*=/, "", w)
        if (substr(w, 1, length(upath[u]) + 1) == upath[u] "/") fail("--" k " still needs the mount at " upath[u])
      }
      for (i = eline[gone1]; i <= elast[gone1]; i++) drop[i] = 1
      epath[gone1] = ""; ename[gone1] = ""; left--
      if (!others) for (j = 1; j <= nv; j++) if (vname[j] == uname[u]) { for (i = vline[j]; i <= vend[j]; i++) drop[i] = 1; delete host[uname[u]] }
    }
    if (nu && ne + left < 1) fail("no mount would be left")
    for (i = 1; i <= nm; i++) {
      done = 0
      for (j = 1; j <= ne; j++) if (epath[j] == mpath[i]) {
        if (host[ename[j]] != mhost[i] || j in esub) fail("another volume is mounted at " mpath[i])
        if (mro[i] == "rw" && ero[j] == "ro") fail(mpath[i] " is mounted read-only")
        done = 1
      }
      if (done) continue
      if (mname[i] in host) { if (host[mname[i]] != mhost[i]) fail("a volume is called " mname[i] " already") }
      else { vols = vols "  - hostPath:\n      path: " mhost[i] "\n      type: " mtype[i] "\n    name: " mname[i] "\n"; host[mname[i]] = mhost[i] }
      mounts = mounts "    - mountPath: " mpath[i] "\n      name: " mname[i] "\n" (mro[i] == "ro" ? "      readOnly: true\n" : "")
      ne++; epath[ne] = mpath[i]; ename[ne] = mname[i]; ero[ne] = mro[i]
    }
    if (note != "") {
      if (oldnote) { L[oldnote] = "    kubeharden.io/files: \"" note "\"" }
      else if (annline) { L[annline] = L[annline] "\n    kubeharden.io/files: \"" note "\"" }
      else if (metaline) L[metaline] = L[metaline] "\n  annotations:\n    kubeharden.io/files: \"" note "\""
      else fail("it has no metadata")
    }
    for (i = 1; i <= n; i++) {
      if (!(i in drop)) print L[i]
      if (i == clast) printf "%s", flags
      if (i == mlast) printf "%s", mounts
      if (i == vlast) printf "%s", vols
    }
  }' "$3" "$2"
}

# ---- the kubelet's configuration, in the block form that kubeadm writes; values of the plan stand in one line

kubelet_edit() {
  awk '
  function fail(m) { if (!bad) print m > "/dev/stderr"; bad = 1; exit 3 }
  function pad(d) { return substr("            ", 1, 2 * d) }
  # The last line of the value that starts in line i at depth d, within hi.
  function last(i, d, hi,   j, p, e) {
    p = pad(d); e = i
    for (j = i + 1; j <= hi; j++) {
      if (L[j] ~ /^ *(#|$)/) continue
      if (substr(L[j], 1, 2 * d + 2) == p "  " || substr(L[j], 1, 2 * d + 2) == p "- " || L[j] == p "-") e = j
      else break
    }
    return e
  }
  function find(k, lo, hi, d,   j, p, f) {
    p = pad(d) k ":"; f = 0
    for (j = lo; j <= hi; j++) if (substr(L[j], 1, length(p)) == p && (length(L[j]) == length(p) || substr(L[j], length(p) + 1, 1) == " ")) { if (f) fail(k " stands there twice"); f = j }
    return f
  }
  # Lines lo..hi replaced by text (may be several lines, or none).
  function splice(lo, hi, textlines,   j, m, t, T) {
    m = 0
    for (j = 1; j < lo; j++) T[++m] = L[j]
    if (textlines != "") { t = split(textlines, P, "\n"); for (j = 1; j <= t; j++) T[++m] = P[j] }
    for (j = hi + 1; j <= n; j++) T[++m] = L[j]
    for (j = 1; j <= m; j++) L[j] = T[j]
    n = m
  }
  function nested(from, upto, d, v,   s, i) {
    s = ""
    for (i = from; i <= upto; i++) s = s (s == "" ? "" : "\n") pad(d + i - from) K[i] ":" (i == upto ? " " v : "")
    return s
  }
  function edit(remove, v,   lo, hi, d, i, e, inline) {
    lo = 1; hi = n
    for (d = 0; d < nk; d++) {
      i = find(K[d + 1], lo, hi, d)
      if (!i) {
        if (remove) return
        # After the last line of this block, so that comments of the next one stay with it.
        splice(hi + 1, hi, nested(d + 1, nk, d, v)); return
      }
      e = last(i, d, hi)
      if (d == nk - 1) {
        if (!remove) { splice(i, e, pad(d) K[nk] ": " v); return }
        # What is left empty stays as an empty map: the block above is ours to name, not to take away.
        if (d > 0 && lo == i && hi == e) { splice(lo - 1, hi, pad(d - 1) K[nk - 1] ": {}"); return }
        splice(i, e, ""); return
      }
      inline = substr(L[i], length(pad(d) K[d + 1]) + 2)
      sub(/^ +/, "", inline); sub(/ +$/, "", inline)
      if (inline == "{}" || inline == "null") {
        if (remove) return
        splice(i, i, nested(d + 1, nk, d, v)); return
      }
      if (inline != "") fail(K[d + 1] " is written in one line; change it by hand")
      if (e == i) { if (remove) return; splice(i, i, nested(d + 1, nk, d, v)); return }
      for (j2 = i + 1; j2 <= e; j2++) if (L[j2] !~ /^ *(#|$)/) { if (substr(L[j2], 1, 2 * d + 3) !~ /^ *[A-Za-z]$/ || substr(L[j2], 1, 2 * d + 2) != pad(d + 1)) fail(K[d + 1] " is not in the form that kubeadm writes"); break }
      lo = i + 1; hi = e
    }
  }
  FILENAME == ARGV[1] { if ($1 == "set" || $1 == "remove") E[++ne] = $0; next }
  { if ($0 ~ /[\t\r]/) fail("line " FNR " holds a tab or a carriage return"); if ($0 ~ /^---/ && FNR > 1) fail("more than one document"); if ($0 == "kind: KubeletConfiguration") kind = 1; L[++n] = $0 }
  END {
    if (bad) exit 3
    if (!kind) fail("it is not a KubeletConfiguration")
    for (q = 1; q <= ne; q++) {
      split(E[q], H, " "); nk = split(H[2], K, ".")
      v = E[q]; sub(/^[^ ]+ [^ ]+ ?/, "", v)
      edit(H[1] == "remove", v)
    }
    for (j = 1; j <= n; j++) print L[j]
  }' "$2" "$1"
}

# ---- what the files must be before they go live. Nothing here prints what a file holds.

# KIND FILE; prints why not.
look_at_file() {
  awk -v kind="$1" '
  function no(m) { if (!bad) print m; bad = 1 }
  function val(s) { sub(/^[^:]*: */, "", s); sub(/ +$/, "", s); gsub(/^["\047]|["\047]$/, "", s); return s }
  /[\t]/ { no("line " FNR " holds a tab") }
  /^apiVersion:/ { api = val($0) }
  /^kind:/ { k = val($0) }
  /^(resources|rules|jwt|plugins):/ { list = 1 }
  /^ *(#|$)/ { next }
  { t = $0; sub(/^[ -]*/, "", t) }
  kind == "audit-policy" && t ~ /^level:/ { levels++; l = val(t); if (l !~ /^(None|Metadata|Request|RequestResponse)$/) no("line " FNR ": no such level") }
  kind != "encryption-configuration" { next }
  t ~ /^resources:/ && $0 !~ /^resources:/ { entries++; provider = ""; split("", names); next }
  t ~ /^[A-Za-z0-9_.-]+: *(\{\})? *$/ && t !~ /^(keys|resources|providers):/ {
    provider = t; sub(/:.*/, "", provider); providers++
    if (provider !~ /^(aesgcm|aescbc|secretbox|identity|kms)$/) no("line " FNR ": no such provider")
    if (providers == 1) first = provider
    next
  }
  t ~ /^(aesgcm|aescbc|secretbox|kms): *[^ ]/ { no("line " FNR ": written in one line; this cannot be looked at") }
  provider ~ /^(aesgcm|aescbc|secretbox)$/ && t ~ /^name:/ { nm = provider "/" val(t); if (nm in names) no("two keys of " provider " have one name"); names[nm] = 1 }
  provider ~ /^(aesgcm|aescbc|secretbox)$/ && t ~ /^secret:/ {
    s = val(t); keys++
    if (s !~ /^[A-Za-z0-9+\/]+=?=?$/ || length(s) % 4 != 0) { no("line " FNR ": the secret is not base64"); next }
    len = length(s) / 4 * 3; if (s ~ /==$/) len -= 2; else if (s ~ /=$/) len -= 1
    if (provider == "secretbox" ? len != 32 : len != 16 && len != 24 && len != 32) no("line " FNR ": a key of " provider " has " len " bytes")
  }
  provider == "kms" && t ~ /^apiVersion:/ && val(t) != "v2" { no("line " FNR ": only version 2 of kms") }
  END {
    if (NR == 0) no("it is empty")
    if (kind == "encryption-configuration") {
      if (api != "apiserver.config.k8s.io/v1" || k != "EncryptionConfiguration") no("it is not an EncryptionConfiguration")
      if (!providers) no("it names no provider")
      if (first ~ /^(aesgcm|aescbc|secretbox)$/ && !keys) no("it holds no key")
      if (!bad && first == "identity") print "note: what is written from now on is plain text (identity stands first)"
    }
    if (kind == "audit-policy" && (api != "audit.k8s.io/v1" || k != "Policy")) no("it is not an audit Policy")
    if (kind == "audit-policy" && !levels) no("it has no rules")
    if (kind == "authentication-configuration" && (api !~ /^apiserver\.config\.k8s\.io\/v1/ || k != "AuthenticationConfiguration")) no("it is not an AuthenticationConfiguration")
    if (kind == "admission-configuration" && (api !~ /^apiserver\.config\.k8s\.io\/v1/ || k != "AdmissionConfiguration")) no("it is not an AdmissionConfiguration")
  }' "$2"
}

# ---- asking for health

pick_client() {
  for c_name in kubectl curl wget; do
    if command -v "$c_name" > /dev/null 2>&1; then CLIENT=$c_name; return; fi
  done
  refuse 'kubectl, curl or wget is needed to ask for health; none is on this node'
}

# The answer of URL PATH [CERT KEY CA]; certificates of loopback addresses are not looked at without a CA.
fetch() {
  case $CLIENT in
    kubectl)
      set -- "$1" "$2" "${3-}" "${4-}" "${5-}"
      if [ -n "$3" ]; then
        kubectl --kubeconfig=/dev/null --server="$1" --client-certificate="$3" --client-key="$4" --certificate-authority="$5" --request-timeout=5s get --raw "$2" < /dev/null 2> /dev/null
      else
        case $1 in
          # kubectl asks for a name where it is given none; what listens on loopback takes no password and sees nobody.
          https:*) kubectl --kubeconfig=/dev/null --server="$1" --insecure-skip-tls-verify=true --username=health --password=none --request-timeout=5s get --raw "$2" < /dev/null 2> /dev/null ;;
          *) kubectl --kubeconfig=/dev/null --server="$1" --request-timeout=5s get --raw "$2" < /dev/null 2> /dev/null ;;
        esac
      fi
      ;;
    curl)
      if [ -n "${3-}" ]; then curl -sf -m 5 --noproxy '*' --cert "$3" --key "$4" --cacert "$5" "$1$2" 2> /dev/null
      else curl -sfk -m 5 --noproxy '*' "$1$2" 2> /dev/null; fi
      ;;
    wget)
      if [ -n "${3-}" ] && wget --version 2> /dev/null | grep -q GNU; then
        wget -q -T 5 -t 1 -O - --certificate="$3" --private-key="$4" --ca-certificate="$5" "$1$2" 2> /dev/null
      else wget -q -T 5 --no-check-certificate -O - "$1$2" 2> /dev/null; fi
      ;;
  esac
}

# The value of a flag in a list of words (one a line). FILE NAME DEFAULT
flag_of() {
  fl_value=$(sed -n "s/^--*$2=//p" "$1" | tail -n 1)
  echo "${fl_value:-$3}"
}

# The API server of this node and no other: not through a load balancer. ARGV PATH
api_get() {
  a_address=$(flag_of "$1" bind-address 0.0.0.0)
  case $a_address in 0.0.0.0 | ::) a_address=127.0.0.1 ;; *:*) a_address="[$a_address]" ;; esac
  a_url=https://$a_address:$(flag_of "$1" secure-port 6443)
  if [ "$CLIENT" = kubectl ] && [ -f "$ETC/admin.conf" ]; then
    kubectl --kubeconfig="$ETC/admin.conf" --server="$a_url" --tls-server-name=kubernetes --request-timeout=5s get --raw "$2" < /dev/null 2> "$SAID"
    return
  fi
  a_cert=$R$(flag_of "$1" kubelet-client-certificate /none)
  if [ "$CLIENT" = curl ] && [ -f "$a_cert" ]; then
    curl -s ${CURL_FAIL:+"$CURL_FAIL"} -m 5 --noproxy '*' --cert "$a_cert" --key "$R$(flag_of "$1" kubelet-client-key /none)" --cacert "$R$(flag_of "$1" client-ca-file /none)" \
      --resolve "kubernetes:${a_url##*:}:$a_address" "https://kubernetes:${a_url##*:}$2" 2> /dev/null
    return
  fi
  fetch "$a_url" "$2"
}

# Words of the command of a manifest, one a line. MANIFEST
argv_of() { manifest facts "$1" /dev/null | sed -n 's/^arg //p'; }

# Is what listens healthy, as its own flags say where? ARGV
healthy() {
  case $component in
    kube-apiserver) api_get "$1" /readyz | grep -q '^ok' ;;
    kube-controller-manager | kube-scheduler)
      h_port=10257
      [ "$component" = kube-controller-manager ] || h_port=10259
      h_address=$(flag_of "$1" bind-address 127.0.0.1)
      case $h_address in 0.0.0.0 | ::) h_address=127.0.0.1 ;; *:*) h_address="[$h_address]" ;; esac
      fetch "https://$h_address:$(flag_of "$1" secure-port $h_port)" /healthz | grep -q '^ok'
      ;;
    etcd)
      h_url=$(flag_of "$1" listen-metrics-urls '')
      if [ -n "$h_url" ]; then fetch "${h_url%%,*}" /health | grep -q '"health":"true"' || return 1
      else
        h_url=$(flag_of "$1" listen-client-urls https://127.0.0.1:2379)
        fetch "${h_url%%,*}" /health "$R$(flag_of "$1" cert-file /none)" "$R$(flag_of "$1" key-file /none)" "$R$(flag_of "$1" trusted-ca-file /none)" |
          grep -q '"health":"true"' || return 1
      fi
      # An API server on this node asks this etcd.
      [ -f "$STATIC/kube-apiserver.yaml" ] || return 0
      [ -s "$W/api.argv" ] || (component=kube-apiserver && argv_of "$STATIC/kube-apiserver.yaml") > "$W/api.argv" 2> /dev/null || return 0
      api_get "$W/api.argv" /readyz | grep -q '^ok'
      ;;
    kubelet)
      h_port=$(kubelet_value healthzPort 10248)
      [ "$h_port" = 0 ] || fetch "http://$(kubelet_value healthzBindAddress 127.0.0.1):$h_port" /healthz | grep -q '^ok' || return 1
      ;;
  esac
}

kubelet_value() {
  k_value=$(sed -n "s/^$1: *//p" "$KUBELET_CONFIG" | tr -d "\"'" | head -n 1)
  echo "${k_value:-$2}"
}

# What the API says of this node: when its kubelet was last heard, and whether it is ready.
node_seen() {
  [ "$CLIENT" = kubectl ] || return 1
  kubectl --kubeconfig="$ETC/kubelet.conf" --request-timeout=5s -n kube-node-lease get lease "$node" -o 'jsonpath={.spec.renewTime}' < /dev/null 2> /dev/null || return 1
  printf ' '
  kubectl --kubeconfig="$ETC/kubelet.conf" --request-timeout=5s get node "$node" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' < /dev/null 2> /dev/null
}

# Does the API server say that it uses this file? ARGV SHA256
announces() {
  api_get "$1" /metrics | grep '^apiserver_encryption_config_controller_last_config_info{' | grep -qF "hash=\"sha256:$2\"} 1"
}

# What an API server waits for before it is ready; nothing where it does not answer, or has only not ended its start. ARGV
waits_for() {
  SAID=$W/said CURL_FAIL=''
  api_get "$1" '/readyz?verbose' > "$W/readyz"
  SAID=/dev/null CURL_FAIL=-f
  grep -oh '\[-\][A-Za-z0-9/._-]*' "$W/readyz" "$W/said" 2> /dev/null | cut -c 4- | sort -u > "$W/waits"
  grep -q '^poststarthook/' "$W/waits" || tr '\n' ' ' < "$W/waits"
}

# Has the new API server said the same reason for STUCK seconds? It would not become healthy by waiting longer. ARGV
is_stuck() {
  s_now=$(waits_for "$1")
  if [ -z "$s_now" ] || [ "$s_now" != "$y_waits" ]; then
    y_waits=$s_now
    y_since=$(date +%s)
    return 1
  fi
  [ "$(($(date +%s) - y_since))" -ge "$STUCK" ]
}

# ---- looking before anything is touched

find_node_name() {
  n_pid=$(procs_like kubelet | head -n 1)
  : > "$W/kubelet.argv"
  [ -z "$n_pid" ] || tr '\000' '\n' < "$R/proc/${n_pid%%:*}/cmdline" > "$W/kubelet.argv" 2> /dev/null
  n_name=$(flag_of "$W/kubelet.argv" hostname-override '')
  if [ -n "$n_name" ]; then [ "$n_name" = "$node" ]; return; fi
  n_name=$(hostname 2> /dev/null | tr '[:upper:]' '[:lower:]')
  [ "$n_name" = "$node" ] || [ "$(hostname -f 2> /dev/null | tr '[:upper:]' '[:lower:]')" = "$node" ]
}

look_around() {
  for t in awk sed grep tr cut sort uniq head tail sha256sum diff cmp mktemp cp mv rm mkdir chmod chown sync date sleep stat hostname dirname; do
    command -v "$t" > /dev/null 2>&1 || refuse "the tool $t is missing on this node"
  done
  [ -n "$R" ] || [ "$(id -u)" = 0 ] || refuse 'this must be run as root'
  find_node_name || refuse "this node is called ${n_name:-?}, the plan is for $node"
  STATIC=$R$(kubelet_value staticPodPath /etc/kubernetes/manifests)
  if [ "$component" = kubelet ]; then
    k_path=$(flag_of "$W/kubelet.argv" config '')
    [ -z "$k_path" ] || KUBELET_CONFIG=$R$k_path
    LIVE=$KUBELET_CONFIG
    k_dir=$(flag_of "$W/kubelet.argv" config-dir '')
    [ -z "$k_dir" ] || say "note: files in $k_dir come after this configuration and may win over it"
  else LIVE=$STATIC/$component.yaml; fi
  [ -f "$LIVE" ] && [ ! -L "$LIVE" ] || refuse "${LIVE#"$R"} is not there: $component does not run here in kubeadm's form"
  pick_client
  S=$KEPT/$run
  state=$(cat "$S/state" 2> /dev/null || echo none)
}

other_half_done() {
  for o_dir in "$KEPT"/*/; do
    o_dir=${o_dir%/}
    [ "$o_dir" != "$S" ] && [ -f "$o_dir/state" ] || continue
    case $(cat "$o_dir/state") in
      applying | undoing | reverting) refuse "the run ${o_dir##*/} is half done on this node; run its script again first (--undo or --apply)" ;;
    esac
  done
}

# Makes $W/after from the live file $1, and $W/changed from the files. Refuses what cannot be right.
work_out() {
  if [ "$component" = kubelet ]; then kubelet_edit "$1" "$W/edits" > "$W/after" 2> "$W/why" || refuse "${LIVE#"$R"}: $(head -n 1 "$W/why")"
  else manifest edit "$1" "$W/edits" > "$W/after" 2> "$W/why" || refuse "${LIVE#"$R"}: $(head -n 1 "$W/why")"; fi
  : > "$W/changed"
  restart=''
  while read -r _ w_mode w_kind w_sum w_from w_to; do
    if [ -L "$R$w_to" ] || [ -d "$R$w_to" ]; then refuse "$w_to is a link or a folder"; fi
    if [ -f "$R$w_to" ] && [ "$(sum_of "$R$w_to")" = "$w_sum" ] && [ "$(stat -c %a "$R$w_to")" = "${w_mode#0}" ]; then continue; fi
    [ -f "$HERE/$w_from" ] || refuse "the file $w_from of this folder is missing"
    [ "$(sum_of "$HERE/$w_from")" = "$w_sum" ] || refuse "$w_from is not the file that the plan names: its sha256 differs"
    w_why=$(look_at_file "$w_kind" "$HERE/$w_from")
    case $w_why in '') ;; note:*) say "$w_to: $w_why" ;; *) refuse "$w_to: $w_why" ;; esac
    echo "$w_mode $w_sum $w_from $w_to" >> "$W/changed"
    [ "$w_to" = "$loads" ] || restart=yes
  done < "$W/files"
  if [ "$component" = kubelet ]; then return; fi
  # A file that is only read at the start: the pod starts anew where its manifest differs in a word of ours.
  if [ -n "$restart" ] && cmp -s "$1" "$W/after"; then
    { cat "$W/edits"; printf 'annotate %s\n' "$(cut -d ' ' -f 4,6 "$W/files" | sha256sum | cut -c 1-12)"; } > "$W/edits.more"
    manifest edit "$1" "$W/edits.more" > "$W/after" 2> "$W/why" || refuse "${LIVE#"$R"}: $(head -n 1 "$W/why")"
  fi
  manifest facts "$W/after" /dev/null > "$W/facts" 2> "$W/why" || refuse "${LIVE#"$R"}: $(head -n 1 "$W/why")"
  look_at_flags
  look_at_mounts
}

# Will PATH be there on the node once files and folders are put?
comes() { grep -q " $1\$" "$W/folders" "$W/files"; }

look_at_flags() {
  sed -n 's/^flag //p' "$W/edits" | while IFS='=' read -r g_name g_value; do
    [ "$(grep -c "^arg --*$g_name=" "$W/facts")" = 1 ] || { echo "--$g_name would not stand there once"; continue; }
    case $g_value in /*) ;; *) continue ;; esac
    g_what='file'
    g_path=$g_value
    case $g_name in audit-log-path) g_what=folder; g_path=${g_value%/*} ;; data-dir | wal-dir | cert-dir) g_what=folder ;; esac
    # The longest mount that the path lies under, as the host sees it.
    g_host=$(awk -v p="$g_path" '$1 == "mount" && (p == $2 || substr(p, 1, length($2) + 1) == $2 "/") && length($2) > l { l = length($2); h = $3 substr(p, length($2) + 1); ro = $4 } END { if (l) print ro " " h }' "$W/facts")
    [ -n "$g_host" ] || { echo "--$g_name: $g_value lies under no mount of the pod"; continue; }
    if [ "$g_what" = folder ]; then
      [ "${g_host%% *}" = rw ] || echo "--$g_name: the folder of $g_value is mounted read-only"
      [ -d "$R${g_host#* }" ] || comes "${g_host#* }" || grep -q "^mount [^ ]* DirectoryOrCreate [a-z]* ${g_host#* } " "$W/edits" || echo "--$g_name: the folder ${g_host#* } is not on this node"
      [ ! -f "$R${g_host#* }" ] || echo "--$g_name: ${g_host#* } is a file and must be a folder"
    else
      [ -e "$R${g_host#* }" ] || comes "${g_host#* }" || echo "--$g_name: ${g_host#* } is not on this node"
    fi
  done > "$W/flags.bad"
  [ ! -s "$W/flags.bad" ] || refuse "$(head -n 1 "$W/flags.bad")"
}

look_at_mounts() {
  sed -n 's/^mount //p' "$W/edits" | while read -r _ m_type _ m_host _; do
    case $m_type in
      Directory) [ -d "$R$m_host" ] || grep -q " $m_host\$" "$W/folders" || echo "the folder $m_host is not on this node, and the pod would never start" ;;
      DirectoryOrCreate) [ ! -e "$R$m_host" ] || [ -d "$R$m_host" ] || echo "$m_host is a file and must be a folder" ;;
      File) [ -f "$R$m_host" ] || grep -q " $m_host\$" "$W/files" || echo "the file $m_host is not on this node, and the pod would never start" ;;
      FileOrCreate) [ ! -d "$R$m_host" ] || echo "$m_host is a folder and must be a file" ;;
    esac
  done > "$W/mounts.bad"
  [ ! -s "$W/mounts.bad" ] || refuse "$(head -n 1 "$W/mounts.bad")"
}

# Something that is ill already cannot tell whether a change was good.
look_at_health() {
  if [ "$component" = kubelet ]; then
    [ -n "$(procs_like kubelet)" ] || refuse 'the kubelet does not run now; nothing is changed while it is not healthy'
    : > "$W/argv"
  else
    argv_of "$LIVE" > "$W/argv"
    [ -n "$(procs_like "$component" "$W/argv")" ] ||
      refuse "$component does not run now as its manifest says; nothing is changed until it does"
  fi
  healthy "$W/argv" || refuse "$component is not healthy now, or does not answer $CLIENT; nothing is changed until it is"
}

show_changes() {
  while read -r v_mode v_path; do
    [ -d "$R$v_path" ] || say "folder $v_path (mode $v_mode) would be made"
  done < "$W/folders"
  while read -r v_mode v_sum v_from v_path; do
    v_old='new'
    [ ! -f "$R$v_path" ] || v_old="replaces sha256 $(sum_of "$R$v_path" | cut -c 1-12)"
    say "file $v_path (mode $v_mode, $(wc -c < "$HERE/$v_from" | tr -d ' ') bytes, sha256 $(echo "$v_sum" | cut -c 1-12), $v_old)"
  done < "$W/changed"
  if ! cmp -s "$LIVE" "$W/after"; then
    say "${LIVE#"$R"}:"
    diff -U 0 "$LIVE" "$W/after" | sed '1,2d; /^@@/d; s/^/  /'
  fi
}

is_loaded() { [ -z "$loads" ] || announces "$1" "$(sum_of "$R$loads")"; }

# ---- swapping: side is `before` or `after`; everything it needs lies in $S

set_state() {
  echo "$1" > "$S/state.new" && sync_file "$S/state.new" && mv "$S/state.new" "$S/state" && state=$1
}
sync_file() { sync "$1" 2> /dev/null || sync; }

# Content FILE onto PATH by rename, on disk before the rename. FILE PATH MODE STAGE
put() {
  cp "$1" "$4" && chmod "$3" "$4" && chown 0:0 "$4" && sync_file "$4" && mv -f "$4" "$2" && sync_file "$(dirname "$2")"
}

keep_way_back() {
  rm -rf "$S"
  mkdir -p "$S/before" "$S/after" && chmod 0700 "$KEPT" "$S" || return 1
  cp "$HERE/plan" "$S/plan" && cp -p "$LIVE" "$S/live.before" && cp "$W/after" "$S/live.after" || return 1
  stat -c %a "$LIVE" > "$S/live.mode" || return 1
  : > "$S/items"
  k_n=0
  while read -r k_mode k_sum k_from k_to; do
    k_n=$((k_n + 1))
    k_old=absent
    if [ -f "$R$k_to" ]; then
      cp -p "$R$k_to" "$S/before/$k_n" || return 1
      k_old=$(sum_of "$S/before/$k_n")
      [ "$k_old" = "$(sum_of "$R$k_to")" ] || return 1
      stat -c %a "$R$k_to" > "$S/before/$k_n.mode"
    fi
    cp "$HERE/$k_from" "$S/after/$k_n" && [ "$(sum_of "$S/after/$k_n")" = "$k_sum" ] || return 1
    echo "$k_mode" > "$S/after/$k_n.mode"
    echo "$k_n $k_old $k_sum $k_to" >> "$S/items"
  done < "$W/changed"
  [ "$component" = kubelet ] || { argv_of "$S/live.before" > "$S/argv.before" && argv_of "$S/live.after" > "$S/argv.after"; } || return 1
  sync
}

# Puts one side in place: files, then the manifest; what this run created goes away last.
swap_to() {
  if [ "$1" = after ]; then
    while read -r d_mode d_path; do
      [ -d "$R$d_path" ] || { mkdir -p "$R$d_path" && chmod "$d_mode" "$R$d_path" && echo "$d_path" >> "$S/folders.made"; } || return 1
    done < "$W/folders"
  fi
  while read -r x_n x_old _ x_to; do
    [ "$1" = after ] || [ "$x_old" != absent ] || continue
    if [ -f "$R$x_to" ] && cmp -s "$R$x_to" "$S/$1/$x_n" && [ "$(stat -c %a "$R$x_to")" = "$(sed 's/^0//' "$S/$1/$x_n.mode")" ]; then continue; fi
    put "$S/$1/$x_n" "$R$x_to" "$(cat "$S/$1/$x_n.mode")" "${R}${x_to%/*}/.kubeharden-${x_to##*/}" || return 1
  done < "$S/items"
  if ! cmp -s "$LIVE" "$S/live.$1"; then
    # Staged outside the manifests folder, on the same file system: the kubelet runs every file in it.
    x_stage=$(dirname "$(dirname "$LIVE")")/.kubeharden-$component.yaml
    if [ "$component" = kubelet ] || [ "$(stat -c %d "${x_stage%/*}")" != "$(stat -c %d "$(dirname "$LIVE")")" ]; then
      x_stage=$(dirname "$LIVE")/.kubeharden-$component.yaml
    fi
    put "$S/live.$1" "$LIVE" "$(cat "$S/live.mode")" "$x_stage" || return 1
  fi
  if [ "$1" = before ]; then
    mkdir -p "$S/taken"
    while read -r x_n x_old _ x_to; do
      if [ "$x_old" = absent ] && [ -f "$R$x_to" ]; then
        # By copy: the folder of the way back may be another file system.
        cp -p "$R$x_to" "$S/taken/$x_n" && sync_file "$S/taken/$x_n" && rm -f "$R$x_to" || return 1
      fi
    done < "$S/items"
    if [ -f "$S/folders.made" ]; then
      while read -r x_to; do rmdir "$R$x_to" 2> /dev/null || :; done < "$S/folders.made"
    fi
  fi
}

restarts() { ! cmp -s "$S/live.before" "$S/live.after"; }

remember_old() {
  if [ "$component" = kubelet ]; then procs_like kubelet > "$S/old"
  else { procs_like "$component" "$S/argv.before"; procs_like "$component" "$S/argv.after"; } > "$S/old"; fi
  : > "$S/stamp"
  starts_in_log > "$S/logs"
}

# The highest number of a log of this component, for each of its pods: how often its container was started.
starts_in_log() {
  for q_dir in "$R/var/log/pods/kube-system_$component-$node"_*/"$component"; do
    [ -d "$q_dir" ] || continue
    q_max=-1
    for q_log in "$q_dir"/*.log; do
      q_n=${q_log##*/}
      q_n=${q_n%.log}
      case $q_n in '' | *[!0-9]*) ;; *) [ "$q_n" -le "$q_max" ] || q_max=$q_n ;; esac
    done
    echo "$q_max $q_dir"
  done
}

# Was a container of the new pod started three times already? Prints its last words.
keeps_crashing() {
  starts_in_log | while read -r r_now r_dir; do
    r_before=$(sed -n "s|^\(-*[0-9]*\) $r_dir\$|\1|p" "$S/logs" | head -n 1)
    if [ "$((r_now - ${r_before:--1}))" -ge 3 ]; then
      tail -n 40 "$r_dir"/*.log 2> /dev/null | sed 's/^[^ ]* std[a-z]* [FP] //' | grep -iE '^(error|[EF][0-9]{4}|fatal|panic)|"level":"(fatal|error)"|err=' | tail -n 1 | cut -c 1-300
      echo crashes
      break
    fi
  done > "$W/crash"
  [ -s "$W/crash" ]
}

restart_kubelet() {
  u_old=$(procs_like kubelet | head -n 1)
  if command -v systemctl > /dev/null 2>&1 && systemctl is-active --quiet kubelet 2> /dev/null; then
    systemctl reset-failed kubelet 2> /dev/null
    systemctl restart kubelet 2> /dev/null || :
  fi
  if [ -n "$u_old" ] && alive "$u_old"; then kill -TERM "${u_old%%:*}" 2> /dev/null || { say 'the kubelet could not be told to start anew'; return 1; }; fi
}

# Waits until one side runs and is healthy. SIDE BACK: with BACK given signals are not heeded. 0 healthy, 1 not in time, 2 told to end.
wait_for() {
  # The way back has the time that it needs, however short the change's was.
  y_within=$within
  [ -z "${2-}" ] || [ "$within" -ge 120 ] || y_within=120
  y_end=$(($(date +%s) + y_within))
  y_good=0
  y_seen=''
  y_waits=''
  y_since=0
  y_lease=''
  y_kept=0
  y_argv=$S/argv.$1
  y_sum=''
  [ -z "$loads" ] || [ ! -f "$R$loads" ] || y_sum=$(sum_of "$R$loads")
  while :; do
    if [ -z "${2-}" ] && [ -n "$STOP" ]; then return 2; fi
    if state_ok "$1" "${2-}"; then y_good=$((y_good + 1)); else y_good=0; fi
    [ "$y_good" -lt 2 ] || return 0
    if [ "$component" != kubelet ] && restarts && [ -z "${2-}" ] && keeps_crashing; then
      y_words=$(head -n 1 "$W/crash")
      [ "$y_words" = crashes ] && why='its container ends again and again' || why="its container ends again and again: $y_words"
      return 1
    fi
    if [ "$component" = kube-apiserver ] && [ "$y_good" = 0 ] && [ -n "$y_seen" ] && [ -z "${2-}" ] && is_stuck "$y_argv"; then
      why="it does not become ready: $y_waits"
      return 1
    fi
    if [ "$(date +%s)" -ge "$y_end" ]; then why="not healthy within $y_within seconds"; return 1; fi
    sleep 1
  done
}

state_ok() {
  if ! restarts; then
    # The announced hash is the proof; without one nothing of this component was touched but files.
    if [ -n "$y_sum" ]; then announces "$y_argv" "$y_sum"; else [ "$component" = kubelet ] || healthy "$y_argv"; fi
    return
  fi
  z_old=''
  z_new=''
  if [ "$component" = kubelet ]; then procs_like kubelet > "$W/now"; else procs_like "$component" "$y_argv" > "$W/now"; fi
  while read -r z_one; do
    if grep -qxF "$z_one" "$S/old"; then z_old=$z_one; else z_new=$z_one; fi
  done < "$W/now"
  if [ -z "$z_new" ]; then
    # Put back before the kubelet saw it: then the one from before goes on. Long enough to be sure.
    if [ -n "$2" ] && [ -n "$z_old" ] && healthy "$y_argv"; then y_kept=$((y_kept + 1)); else y_kept=0; fi
    [ "$y_kept" -ge 25 ]
    return
  fi
  while read -r z_one; do if alive "$z_one"; then return 1; fi; done < "$S/old"
  if [ "$z_new" != "$y_seen" ]; then
    y_seen=$z_new
    y_lease=''
    say "a new $component runs"
  fi
  healthy "$y_argv" || return 1
  if [ "$component" = kubelet ] && [ "$CLIENT" = kubectl ]; then
    z_lease=$(node_seen) || return 1
    [ -n "$y_lease" ] || y_lease=${z_lease%% *}
    # Heard again since the restart, and ready.
    [ "${z_lease%% *}" != "$y_lease" ] && [ "${z_lease##* }" = True ] || { y_good=0; return 1; }
    y_lease=heard
  fi
  [ -z "$y_sum" ] || announces "$y_argv" "$y_sum"
}

go() { # SIDE [back]
  why=''
  if [ ! -f "$S/old" ] || [ "$(cat "$S/toward" 2> /dev/null)" != "$1" ]; then
    remember_old
    echo "$1" > "$S/toward"
  fi
  swap_to "$1" || { why='a file could not be put in place'; return 1; }
  if restarts && [ "$component" = kubelet ]; then restart_kubelet || { why='the kubelet could not be told to start anew'; return 1; }; fi
  wait_for "$1" "${2-}"
}

go_back() { # WHY
  say "going back: $1"
  set_state reverting || :
  if go before back; then
    set_state rolled-back
    after_sum=$before_sum
    finish rolled-back 6 "$component did not take the change ($1); what was there before runs again"
  fi
  finish rollback-failed 7 "$component did not take the change ($1), and what was put back is not healthy yet ($why); look at it on this node"
}

# The mirror pod in the API follows a little later; tools that look through the API want to see it.
wait_for_mirror() {
  [ "$component" != kubelet ] && restarts && [ "$CLIENT" = kubectl ] && [ -f "$ETC/admin.conf" ] || return 0
  i_n=0
  while [ "$i_n" -lt 20 ]; do
    i_hash=$(kubectl --kubeconfig="$ETC/admin.conf" --request-timeout=5s -n kube-system get pod "$component-$node" -o 'jsonpath={.metadata.annotations.kubernetes\.io/config\.hash}' < /dev/null 2> /dev/null)
    [ -z "$i_hash" ] || [ "$i_hash" = "$mirror" ] || return 0
    i_n=$((i_n + 1))
    sleep 1
  done
  say 'the API does not show the new pod yet; that can take a minute'
}
mirror_now() {
  mirror=''
  [ "$component" != kubelet ] && [ "$CLIENT" = kubectl ] && [ -f "$ETC/admin.conf" ] || return 0
  mirror=$(kubectl --kubeconfig="$ETC/admin.conf" --request-timeout=5s -n kube-system get pod "$component-$node" -o 'jsonpath={.metadata.annotations.kubernetes\.io/config\.hash}' < /dev/null 2> /dev/null)
}

# ---- one run at a time on a node

lock() {
  mkdir -p "$KEPT" && chmod 0700 "$KEPT" || refuse "${KEPT#"$R"} cannot be made"
  { read -r o_self < "$R/proc/self/stat"; } 2> /dev/null || o_self=$$
  o_self=${o_self%% *}
  if ! mkdir "$KEPT/lock" 2> /dev/null; then
    o_held=$(cat "$KEPT/lock/holder" 2> /dev/null)
    [ -n "$o_held" ] || { sleep 2; o_held=$(cat "$KEPT/lock/holder" 2> /dev/null); }
    if [ -n "$o_held" ] && alive "$o_held"; then refuse 'another run is at work on this node'; fi
    mv "$KEPT/lock" "$KEPT/lock.$o_self" 2> /dev/null && rm -rf "$KEPT/lock.$o_self"
    mkdir "$KEPT/lock" 2> /dev/null || refuse 'another run is at work on this node'
    say 'a lock of a run that ended in the middle was taken over'
  fi
  LOCKED=yes
  echo "$o_self:$(start_of "$o_self")" > "$KEPT/lock/holder"
}

# ---- the four commands

check() {
  case $state in
    applying | undoing | reverting) refuse "this run is half done on this node ($state): --apply goes on, --undo goes back" ;;
  esac
  look_at_health
  work_out "$LIVE"
  before_sum=$(sum_of "$LIVE")
  after_sum=$(sum_of "$W/after")
  if cmp -s "$LIVE" "$W/after" && [ ! -s "$W/changed" ] && is_loaded "$W/argv"; then finish unchanged 0 "$component on $node is as the plan says"; fi
  show_changes
  finish would-change 0 "$component on $node would be changed; nothing was changed now"
}

apply() {
  lock
  other_half_done
  case $state in
    undoing | reverting)
      say "an earlier run was going back and was cut off; going on with that"
      before_sum=$(sum_of "$S/live.before")
      go_back 'cut off in the middle'
      ;;
    applying)
      say 'an earlier run was cut off in the middle; going on from there'
      work_out "$S/live.before"
      ;;
    *)
      look_at_health
      work_out "$LIVE"
      before_sum=$(sum_of "$LIVE")
      after_sum=$(sum_of "$W/after")
      if cmp -s "$LIVE" "$W/after" && [ ! -s "$W/changed" ]; then
        if is_loaded "$W/argv"; then finish unchanged 0 "$component on $node is as the plan says"; fi
      fi
      show_changes
      [ -z "$STOP" ] || refuse 'stopped before anything was changed'
      keep_way_back || { rm -rf "$S"; refuse "the way back could not be kept in ${S#"$R"}; nothing was changed"; }
      cmp -s "$LIVE" "$S/live.before" || { rm -rf "$S"; refuse 'somebody else changed the file in this moment; nothing was changed'; }
      set_state applying || refuse "${S#"$R"} cannot be written to; nothing was changed"
      ;;
  esac
  before_sum=$(sum_of "$S/live.before")
  after_sum=$(sum_of "$S/live.after")
  mirror_now
  if go after; then
    set_state applied
    trap '' INT TERM
    wait_for_mirror
    finish applied 0 "$component on $node is healthy with the change"
  fi
  [ -z "$STOP" ] || why='told to end'
  go_back "$why"
}

# Is what lies on the node still what this run put there?
still_ours() {
  cmp -s "$LIVE" "$S/live.after" || {
    say "${LIVE#"$R"} was changed since:"
    diff -U 0 "$S/live.after" "$LIVE" | sed '1,2d; /^@@/d; s/^/  /'
    return 1
  }
  while read -r _ _ j_sum j_to; do
    [ -f "$R$j_to" ] && [ "$(sum_of "$R$j_to")" = "$j_sum" ] || { say "$j_to was changed since"; return 1; }
  done < "$S/items"
}

# With which providers and keys something is stored, as COUNT PROVIDER:KEY; fails where etcd cannot be asked. What is stored passes
# through and is not kept.
stored_with() {
  (component=etcd && argv_of "$STATIC/etcd.yaml") > "$W/etcd.argv" 2> /dev/null || return 1
  e_id=$(crictl ps --state running --name '^etcd$' --quiet 2> /dev/null | head -n 1)
  [ -n "$e_id" ] && [ -s "$W/etcd.argv" ] || return 1
  e_url=$(flag_of "$W/etcd.argv" listen-client-urls https://127.0.0.1:2379)
  { crictl exec "$e_id" etcdctl --endpoints="${e_url%%,*}" --cacert="$(flag_of "$W/etcd.argv" trusted-ca-file '')" \
    --cert="$(flag_of "$W/etcd.argv" cert-file '')" --key="$(flag_of "$W/etcd.argv" key-file '')" \
    get --prefix --print-value-only /registry/ 2> /dev/null && printf '\nkubeharden-end\n'; } | tr '\000' '\n' |
    sed -n -e 's/^k8s:enc:\([a-z]*\):v[0-9]*:\([A-Za-z0-9_.-]*\):.*/\1:\2/p' -e '/^kubeharden-end$/p' | sort | uniq -c > "$W/stored"
  grep -q ' kubeharden-end$' "$W/stored"
}

# The providers and keys of an EncryptionConfiguration as PROVIDER:KEY, the one that writes first; plain text as identity. FILE
configured_in() {
  [ ! -f "$1" ] || tr -d "\"'" < "$1" | awk '
    { sub(/^[ -]*/, "") }
    /^identity:/ { print "identity"; provider = "" }
    /^(aesgcm|aescbc|secretbox|kms):/ { provider = substr($0, 1, index($0, ":") - 1) }
    /^name:/ && provider != "" { print provider ":" $2 }'
}

# What is put back must read everything that is stored, and what is written until then.
look_at_encrypted() {
  case $state in applied | undoing) ;; *) return 0 ;; esac
  e_now=$(flag_of "$S/argv.after" encryption-provider-config '')
  e_then=$(flag_of "$S/argv.before" encryption-provider-config '')
  e_file=$R$e_then
  while read -r x_n x_old _ x_to; do
    [ "$x_to" != "$e_then" ] || [ "$x_old" = absent ] || e_file=$S/before/$x_n
  done < "$S/items"
  if [ -n "$e_then" ]; then configured_in "$e_file" > "$W/then"; else echo identity > "$W/then"; fi
  e_writes=$(configured_in "$R$e_now" | head -n 1)
  grep -qxF "$e_writes" "$W/then" ||
    refuse 'what is written now could not be read any more by what is put back; put a file in force first that writes what both read, and write every object again (or say --decrypted)'
  stored_with || refuse 'whether something is still stored encrypted could not be seen; look, then say --decrypted'
  while read -r e_count e_with; do
    [ "$e_with" = kubeharden-end ] || grep -qxF "$e_with" "$W/then" ||
      refuse "$e_count objects are still stored encrypted with $e_with, which what is put back could not read; write every object again first (or say --decrypted)"
  done < "$W/stored"
}

undo() {
  lock
  other_half_done
  case $state in
    none | rolled-back | undone) finish unchanged 0 "nothing of this run is in force on $node" ;;
    applying | undoing | reverting) say "this run was cut off in the middle ($state); going back" ;;
    applied) still_ours || refuse 'what this run put there was changed since; put it back by hand' ;;
    *) refuse "the state of this run is not known: $(printf '%.20s' "$state")" ;;
  esac
  [ "$guard" != encryption ] || [ -n "$decrypted" ] || look_at_encrypted
  [ "$state" != applied ] || set_state undoing || refuse "${S#"$R"} cannot be written to; nothing was changed"
  before_sum=$(sum_of "$LIVE")
  after_sum=$(sum_of "$S/live.before")
  mirror_now
  if go before; then
    set_state undone
    trap '' INT TERM
    wait_for_mirror
    finish undone 0 "$component on $node is as it was before, and healthy"
  fi
  [ -z "$STOP" ] || why='told to end'
  say "the way back did not become healthy ($why); putting the change in force again"
  if go after back; then
    set_state applied
    after_sum=$before_sum
    finish rolled-back 6 "the state from before did not become healthy ($why); the change is in force again"
  fi
  finish rollback-failed 7 "neither the state from before nor the change is healthy; look at $component on this node"
}

status() {
  [ -f "$S/live.before" ] && before_sum=$(sum_of "$S/live.before")
  [ -f "$LIVE" ] && after_sum=$(sum_of "$LIVE")
  case $state in
    none) finish unchanged 0 "this run was not made on $node" ;;
    applying | undoing | reverting) finish refused 5 "half done ($state): --apply goes on, --undo goes back" ;;
    *) finish "$state" 0 "this run: $state on $node" ;;
  esac
}

# Read whole before it begins, so that a copy that comes meanwhile does no harm.
main() {
  command=check decrypted=''
  for word in "$@"; do
    case $word in
      --check) command=check ;;
      --apply) command=apply ;;
      --undo) command=undo ;;
      --status) command=status ;;
      --decrypted) decrypted=yes ;;
      *)
        say 'usage: sh kubeharden-node.sh [--apply|--undo [--decrypted]|--status]'
        exit 5
        ;;
    esac
  done
  W=$(mktemp -d "${TMPDIR:-/tmp}/kubeharden.XXXXXX") || { echo 'refused: no folder for temporary files'; exit 5; }
  read_plan "$HERE/plan"
  look_around
  $command
}
main "$@"; exit
