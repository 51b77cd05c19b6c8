/** How the command line is called here: in a checkout by npm, which takes the Node that is installed with it. */
export const invocation: string = import.meta.url.endsWith('.ts') ? 'npm run -s conformance --' : 'npx iot-ntp-conformance';
