/**
 * The suite's command line, called again and again in one process: loading it takes longer than a run does. Forked by {@link SuiteProcess};
 * gets the arguments of a call as a message, and sends back its exit code.
 */
import { main } from '../../commands/main.ts';
import '../../commands/run/run-target.ts';
import '../../commands/run/cucumber.ts';

let busy = false;

process.on('message', (args) => {
  busy = true;
  void main(args as string[]).then((code) => {
    busy = false;
    process.send?.(code);
  });
});
// The one who asked is gone: a run that lasts ends its implementation first.
process.once('disconnect', () => (busy ? process.kill(process.pid, 'SIGINT') : process.exit()));
