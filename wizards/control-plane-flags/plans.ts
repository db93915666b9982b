import type { FlagEdit, NodeFile, NodeMount, NodePlan } from '#model/node.ts'
import type { State } from '#model/state.ts'
import { COMPONENTS, type Component, flag, flagList, type Instance } from '#simulate/controlPlane.ts'
import { input, minorVersion } from '../shared/cluster.ts'
import { SETTINGS, type SettingId } from './settings.ts'

/** A folder of our own: mounted whole, so that a file that is replaced is seen as the new one. */
export const FOLDER = '/etc/kubernetes/kubeharden'
const AUTHENTICATION = `${FOLDER}/authentication.yaml`
const ADMISSION = `${FOLDER}/admission.yaml`

/**
 * One plan for each component that is to change. `instance` is what the component has now, where it was seen: admission plugins
 * are added to those that are on.
 */
export function plansOf(
  state: State,
  chosen: readonly SettingId[],
  instance: (component: Component) => Instance | undefined,
): readonly NodePlan[] {
  return COMPONENTS.flatMap((component) => {
    const ids = chosen.filter((id) => SETTINGS[id].component === component)
    return ids.length === 0 ? [] : [planOf(state, component, ids, instance(component))]
  })
}

function planOf(state: State, component: Component, ids: readonly SettingId[], instance: Instance | undefined): NodePlan {
  const flags: FlagEdit[] = []
  const files: NodeFile[] = []
  const plugins: string[] = []
  for (const id of ids) {
    const { change } = SETTINGS[id]
    if (change.kind === 'flag' || change.kind === 'switch') flags.push({ name: change.flag, value: change.value })
    if (change.kind === 'plugin') plugins.push(change.plugin)
    if (change.kind === 'anonymous') {
      flags.push({ name: 'authentication-config', value: AUTHENTICATION }, { name: 'anonymous-auth' })
      files.push(authentication(state, instance))
    }
  }
  if (plugins.length > 0) flags.push(...pluginFlags(plugins, instance))
  if (plugins.includes('EventRateLimit')) {
    flags.push({ name: 'admission-control-config-file', value: ADMISSION })
    files.push(admission(instance))
  }
  const mounted: NodeMount[] =
    files.length === 0 ? [] : [{ name: 'kubeharden', hostPath: FOLDER, mountPath: FOLDER, readOnly: true, type: 'DirectoryOrCreate' }]
  return {
    component,
    folders: files.length === 0 ? [] : [{ path: FOLDER, mode: 0o700 }],
    files,
    flags,
    mounts: mounted,
    settings: [],
    withinSeconds: component === 'kube-apiserver' || component === 'etcd' ? 180 : 120,
  }
}

/** Those that are on stay on; a plugin that was switched off by name is not any more. */
function pluginFlags(plugins: readonly string[], instance: Instance | undefined): FlagEdit[] {
  if (instance === undefined)
    throw input(
      'settings: the admission plugins in use were not seen, and would be lost.',
      'Leave out the plugins, or open the session with the right to list pods in kube-system.',
    )
  const enabled = [...new Set([...flagList(instance, 'enable-admission-plugins'), ...plugins])]
  const disabled = flagList(instance, 'disable-admission-plugins')
  const left = disabled.filter((plugin) => !plugins.includes(plugin))
  const off: FlagEdit =
    left.length === 0 ? { name: 'disable-admission-plugins' } : { name: 'disable-admission-plugins', value: left.join(',') }
  return [{ name: 'enable-admission-plugins', value: enabled.join(',') }, ...(left.length === disabled.length ? [] : [off])]
}

/** Where authentication is configured by flags that a file excludes, or by a file already, that is the place. */
function authentication(state: State, instance: Instance | undefined): NodeFile {
  const file = instance && flag(instance, 'authentication-config')
  if (file !== undefined && file !== AUTHENTICATION)
    throw input(
      `settings: authentication is configured in ${file} already.`,
      'Add the anonymous section to that file, and leave out anonymous-health-only.',
    )
  if (instance !== undefined && [...instance.flags.keys()].some((name) => name.startsWith('oidc-')))
    throw input(
      'settings: people sign in by --oidc-… flags, which a file for authentication excludes.',
      'Move them into an AuthenticationConfiguration first, or leave out anonymous-health-only.',
    )
  const minor = Number(minorVersion(state)?.split('.')[1] ?? 0)
  if (minor < 32)
    throw input(
      'settings: anonymous requests can be limited to paths since Kubernetes 1.32.',
      'Leave out anonymous-health-only, or upgrade first.',
    )
  const apiVersion = minor >= 34 ? 'apiserver.config.k8s.io/v1' : 'apiserver.config.k8s.io/v1beta1'
  return {
    path: AUTHENTICATION,
    mode: 0o600,
    kind: 'authentication-configuration',
    content: { kind: 'template', template: 'control-plane-flags/authentication', values: { apiVersion } },
  }
}

function admission(instance: Instance | undefined): NodeFile {
  const file = instance && flag(instance, 'admission-control-config-file')
  if (file !== undefined && file !== ADMISSION)
    throw input(
      `settings: admission plugins are configured in ${file} already.`,
      'Add EventRateLimit to that file, and leave out event-rate-limit.',
    )
  return {
    path: ADMISSION,
    mode: 0o600,
    kind: 'admission-configuration',
    content: { kind: 'template', template: 'control-plane-flags/admission', values: {} },
  }
}
