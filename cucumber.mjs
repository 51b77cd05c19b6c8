/**
 * Plain `npx cucumber-js` and the editors' plug-ins: the plugin starts the target and says that this run gives no verdict.
 * The command line of the suite does not read this file.
 *
 * @type {Partial<import('@cucumber/cucumber/api').IConfiguration>}
 */
export default {
  // no paths: features/ is the default, and paths of the command line would be added to them
  // the globs end in .ts because a bare folder finds .js only
  import: ['steps/{server,client}/*.steps.ts', 'steps/support/{parameter-types,hooks}.ts'],
  plugin: ['./steps/tools/editor-plugin.ts'],
  format: ['progress'],
  publish: false,
};
