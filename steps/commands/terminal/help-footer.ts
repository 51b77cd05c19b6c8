/** The part of a command's help below its options. */
interface HelpFooter {
  /** What the exit codes mean, for commands that use more than 0 and 2. */
  readonly codes?: Readonly<Record<number, string>>;
  /** Command lines, without the program's name. */
  readonly examples: readonly string[];
}

/** The end of a command's help: exit codes and examples. */
export function helpFooter({ codes, examples }: HelpFooter): string {
  const meanings = Object.entries(codes ?? {}).map(([code, meaning]) => `  ${code}  ${meaning}`);
  const lines = examples.map((example) => `  iot-ntp-conformance ${example}`);
  return [...(meanings.length === 0 ? [] : ['', 'Exit codes:', ...meanings]), '', 'Examples:', ...lines].join('\n');
}
