#!/usr/bin/env node
// Thin start: no static import and nothing newer than `var`, so that an old Node can still say what is missing.
var wanted = [22, 12]
var parts = process.versions.node.split('.')
var major = Number(parts[0])
if (major < wanted[0] || (major === wanted[0] && Number(parts[1]) < wanted[1])) {
  process.stderr.write(
    'kubeharden needs Node.js ' +
      wanted.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      '.\nInstall a newer Node.js and run it again.\n',
  )
  process.exit(2)
}
import('node:module')
  .then((module) => {
    if (module.enableCompileCache) module.enableCompileCache()
    return import('../dist/main.js')
  })
  .then(
    (main) => main.run(process.argv.slice(2)),
    (error) => {
      if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /dist/.test(String(error.message))) {
        process.stderr.write('kubeharden is not built yet. In a checkout run: npm start\n')
        process.exit(2)
      }
      throw error
    },
  )
