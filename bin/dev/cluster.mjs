// npm run cluster: a real kubeadm node to try things on, in namespaces of its own.
import { down } from '../../test/cluster/node/down.mjs'
import { clusterNames, DEFAULT_NAME, isRunning, placeOf, readCluster } from '../../test/cluster/node/place.mjs'
import { execOnNode } from '../../test/cluster/node/run.mjs'
import { up } from '../../test/cluster/node/up.mjs'

const USAGE = `npm run cluster -- up     [--name NAME]             makes a kubeadm cluster of one node and prints its kubeconfig
npm run cluster -- exec   [--name NAME] -- COMMAND  runs a command on the node
npm run cluster -- status                           lists the clusters
npm run cluster -- down   [--name NAME]             takes it away, with everything that belongs to it

NAME is ${DEFAULT_NAME} where none is given; several run side by side.
`
const say = (line) => process.stderr.write(`${line}\n`)

function parse(argv) {
  const [verb = '', ...rest] = argv
  const end = rest.indexOf('--')
  const words = end === -1 ? rest : rest.slice(0, end)
  const command = end === -1 ? [] : rest.slice(end + 1)
  const at = words.findIndex((word) => word === '--name' || word.startsWith('--name='))
  const name = at === -1 ? DEFAULT_NAME : words[at]?.includes('=') ? (words[at] ?? '').slice('--name='.length) : words[at + 1]
  const others = words.filter((_, i) => at === -1 || (i !== at && (words[at]?.includes('=') || i !== at + 1)))
  return { verb, name: name ?? '', command: command.length > 0 ? command : others, others }
}

async function main() {
  const { verb, name, command, others } = parse(process.argv.slice(2))
  if (verb !== 'exec' && others.length > 0) throw new Error(`What is ${others.join(' ')}?\n\n${USAGE}`)
  if (verb === 'up') return await start(name)
  if (verb === 'exec') return await execute(name, command)
  if (verb === 'status') return status()
  if (verb === 'down') {
    say((await down(name)) ? `The cluster ${name} is gone.` : `There was no cluster ${name}.`)
    return 0
  }
  say(USAGE)
  return 2
}

async function start(name) {
  const { kubeconfig, fresh } = await up(name, say)
  say(fresh ? `The cluster ${name} is up.` : `The cluster ${name} is up already.`)
  say(`\n  KUBECONFIG=${kubeconfig} kubectl get pods --all-namespaces\n  npm start -- --kubeconfig ${kubeconfig}\n`)
  process.stdout.write(`${kubeconfig}\n`)
  return 0
}

async function execute(name, command) {
  const cluster = readCluster(placeOf(name))
  if (!isRunning(cluster)) throw new Error(`There is no cluster ${name}: npm run cluster -- up --name ${name}`)
  return await execOnNode(cluster.pid, command.length === 0 ? ['bash'] : command)
}

function status() {
  const names = clusterNames()
  if (names.length === 0) say('There is no cluster.')
  for (const name of names) {
    const place = placeOf(name)
    say(`${name}  ${isRunning(readCluster(place)) ? 'runs' : 'does not run (down removes what is left)'}  ${place.kubeconfig}`)
  }
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
