/** How the command line is called here: in a checkout by npm, which takes the Node that is installed with it. The suite's image says it itself. */
export const invocation: string =
  process.env['CONFORMANCE_INVOCATION'] ??
  (import.meta.url.endsWith('.ts') ? 'npm run -s conformance --' : 'npx iot-ntp-conformance');
