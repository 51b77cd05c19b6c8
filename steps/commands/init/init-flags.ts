import { Option } from 'commander';
import type { CommandDefinition } from '../terminal/command-definition.ts';
import { initExitCodes } from '../terminal/exit-codes.ts';
import { helpFooter } from '../terminal/help-footer.ts';
import { joinWords } from '../terminal/word-list.ts';
import type { InitFlags } from './init.ts';

/** Joins the variables of several `--env` into one text, which is also the form of the answer in the interview. */
const joinVariables = (variable: string, before?: string): string =>
  [...(before === undefined ? [] : [before]), joinWords([variable])].join(' ');

/** The command `init`. */
export const initCommand: CommandDefinition = (program, done) => {
  program
    .command('init')
    .description(
      'Writes a target file with comments. On a terminal it asks for everything that no flag answers; elsewhere it uses defaults.',
    )
    .argument('[file]', 'target file to write, YAML', 'target.yaml')
    .addOption(new Option('--role <role>', 'the role of the implementation').choices(['server', 'client']))
    .option('--image <image>', 'start it in a container, from this image')
    .option('--dockerfile <file>', 'start it in a container, built from this Dockerfile')
    .option('--command <command>', 'start it as a process, with this command, which may contain {port} and other placeholders')
    .option(
      '--address <url>',
      'it already runs at this address: mqtt://host:port, mqtts://host:port, ws://host:port/path or wss://… (servers)',
    )
    .option('--port <number>', 'the port that it listens on inside the container (servers; 1883)')
    .option('--name <name>', 'its name in reports')
    .option('--version <version>', 'its version')
    .option('--product-key <text>', 'product key of a device that it knows')
    .option('--device-name <name>', 'device name of that device')
    .option('--only-this-device', 'it knows no other devices')
    .option(
      '--env <variables...>',
      'its environment variables: NAME=VALUE, which may contain placeholders such as {host}',
      joinVariables,
    )
    .option('--log <pattern>', 'the lines of its output that contain its time, with a group (?<time>…) (clients)')
    .option('--topic <topic>', 'instead of --log: the topic on which it publishes its time (clients)')
    .option('--pointer <pointer>', 'the place of the time in the JSON of that message, such as /time')
    .option('--yes', 'ask nothing, and use the defaults')
    .option('--force', 'overwrite an existing file')
    .addHelpText(
      'after',
      helpFooter({
        codes: initExitCodes,
        examples: [
          'init acme.yaml',
          'init acme.yaml --role server --image acme/iot-hub:3.2.1 --product-key a1PkTest01 --device-name dev01',
          'init hub.yaml --role server --command "python3 server.py --port {port}" --yes',
          'init sensor.yaml --role client --command "./sensor {host} {port} {productKey} {deviceName}" --log "time: (?<time>\\d+)"',
        ],
      }),
    )
    .action(async (file: string, flags: InitFlags) => {
      const { init } = await import('./init.ts');
      done(await init(file, flags));
    });
};
