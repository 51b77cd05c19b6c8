/**
 * The suite's command line, called again and again in one process: loading it takes longer than a run does. Forked by {@link SuiteProcess};
 * gets the arguments of a call as a message, and sends back its exit code.
 */
import { main } from '../cli/main.ts';

process.on('message', (args) => {
  void main(args as string[]).then((code) => process.send?.(code));
});
// The one who asked is gone: a run that lasts ends its implementation first.
process.once('disconnect', () => process.kill(process.pid, 'SIGINT'));
