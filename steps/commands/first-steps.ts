import { Argument, type Command, Option } from 'commander';
import { type Shell, shells } from './completion/completion-scripts.ts';
import type { DoctorFlags } from './doctor/doctor.ts';
import type { InitFlags } from './init/init.ts';
import { doctorExitCodes, initExitCodes } from './terminal/exit-codes.ts';
import { below } from './terminal/help.ts';

/**
 * The commands for whoever begins: `init`, `doctor`, `completion`.
 *
 * @param done told the exit code
 */
export function firstSteps(program: Command, done: (code: number) => void): void {
  const command = (name: string): Command => program.command(name).exitOverride();

  command('init')
    .description(
      'Writes a target file with comments: asks on a terminal what no flag answers, and elsewhere takes what is usual.',
    )
    .argument('[file]', 'target file to write, YAML', 'target.yaml')
    .addOption(new Option('--role <role>', 'the side of the NTP service that it plays').choices(['server', 'client']))
    .option('--image <image>', 'it starts in a container, from this image')
    .option('--dockerfile <file>', 'it starts in a container, built from this Dockerfile')
    .option('--command <command>', 'it starts as a process, by this command in one text, with {port} and other placeholders')
    .option('--address <url>', 'it runs already, at mqtt://host:port or mqtts://host:port (servers)')
    .option('--port <number>', 'where it listens inside the container (servers; 1883)')
    .option('--name <name>', 'what reports call it')
    .option('--version <version>', 'which version it is')
    .option('--product-key <text>', 'product key of a device that it knows')
    .option('--device-name <name>', 'device name of that device')
    .option('--only-this-device', 'it knows no other devices')
    .option('--env <variables...>', 'NAME=VALUE, with placeholders such as {host}')
    .option('--log <pattern>', 'in which lines of its output its time is read, with a group (?<time>…) (clients)')
    .option('--topic <topic>', 'or the topic on which it publishes its time (clients)')
    .option('--pointer <pointer>', 'where in the JSON of that message the time stands, such as /time')
    .option('--yes', 'ask nothing: take what is proposed for whatever is left open')
    .option('--force', 'write over a file that is there')
    .addHelpText(
      'after',
      below({
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
      const { init } = await import('./init/init.ts');
      done(await init(file, flags));
    });

  command('doctor')
    .description('Looks at what a run needs on this machine, and says what is missing and what to do.')
    .argument('[target]', 'target file; without it: what the embedded references need')
    .option('--report <folder>', 'where the reports are to go', 'conformance-report')
    .option('--root <folder>', 'folder that the paths of the target file must stay in (default: the folder of the target file)')
    .option('--json', 'as JSON: ready, and what was found')
    .addHelpText('after', below({ codes: doctorExitCodes, examples: ['doctor', 'doctor acme.yaml', 'doctor acme.yaml --json'] }))
    .action(async (target: string | undefined, flags: DoctorFlags) => {
      const { doctor } = await import('./doctor/doctor.ts');
      done(await doctor(target, flags));
    });

  command('completion')
    .description(
      'Prints the script by which a shell completes commands, options, requirement ids, target files and folders at Tab.',
    )
    .addArgument(new Argument('<shell>', 'the shell that reads it').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(iot-ntp-conformance completion bash)     in ~/.bashrc
  source <(iot-ntp-conformance completion zsh)      in ~/.zshrc, behind compinit
  iot-ntp-conformance completion fish | source      in ~/.config/fish/config.fish`,
    )
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion/completion-scripts.ts');
      process.stdout.write(completionScript(shell));
    });

  program
    .command('complete', { hidden: true })
    .exitOverride()
    .description('Says what can stand on a command line where it ends; asked by the scripts of "completion".')
    .argument('[words...]', 'the command line, behind --')
    .action(async (words: string[]) => {
      const { completion } = await import('./completion/completion.ts');
      process.stdout.write(completion(program, words));
    });
}
