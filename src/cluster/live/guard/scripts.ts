/*
 * The two constant programs of a guard, for any /bin/sh with head, tail, tee, tar, sha256sum and chroot (busybox has them).
 * What varies comes as arguments; no key is ever an argument.
 */

/** How long a guard waits for its bundle before it ends by itself. */
export const WAIT_SECONDS = 120
export const TERMINATION_LOG = '/dev/termination-log'

/** Exit codes that no script of ours has. */
export const NO_BUNDLE = 97
export const NO_CODE = 98

/** The script in the bundle that does the work. */
export const NODE_SCRIPT = 'kubeharden-node.sh'

/**
 * Waits for the bundle, runs its script on the node, leaves the script's last line where the API shows it. Arguments: folder
 * on the node, command. It goes on when it is told to end: half of a change is worse than a late one.
 */
export const MAIN = `trap : TERM
umask 077
d=$1
n=0
while [ ! -e "/host$d/.go" ]; do
  n=$((n + 1))
  if [ "$n" -gt ${WAIT_SECONDS} ]; then
    rm -rf "/host$d"
    exit ${NO_BUNDLE}
  fi
  sleep 1
done
{
  chroot /host /bin/sh "$d/${NODE_SCRIPT}" "--$2"
  echo "$?" > "/host$d/.code"
} | tee "/host$d/.log"
tail -n 1 "/host$d/.log" | head -c 4000 > ${TERMINATION_LOG}
code=$(cat "/host$d/.code" 2> /dev/null || echo ${NO_CODE})
rm -rf "/host$d"
exit "$code"
`

/**
 * Takes the bundle from standard input without waiting for its end (WebSocket v4 cannot tell it), looks at its sha256 and
 * only then lets the guard begin. Arguments: folder on the node, size, sha256. A second time it changes nothing.
 */
export const RECEIVE = `set -eu
umask 077
d=/host$1
if [ -e "$d/.go" ]; then echo already; exit 0; fi
rm -rf "$d"
mkdir "$d"
head -c "$2" > "$d/.tar"
sum=$(sha256sum < "$d/.tar")
sum=\${sum%% *}
if [ "$sum" != "$3" ]; then rm -rf "$d"; echo "sha256 $sum"; exit 9; fi
tar -xf "$d/.tar" -C "$d"
rm -f "$d/.tar"
: > "$d/.go"
echo "sha256 $sum"
`
