/** What stands below the options in the help of a command. */
interface Below {
  /** What its exit codes mean, where they say more than that it went well. */
  readonly codes?: Readonly<Record<number, string>>;
  /** Command lines, without the program's name. */
  readonly examples: readonly string[];
}

/** The end of a command's help: exit codes, and command lines as they are typed. */
export function below({ codes, examples }: Below): string {
  const meanings = Object.entries(codes ?? {}).map(([code, meaning]) => `  ${code}  ${meaning}`);
  const lines = examples.map((example) => `  iot-ntp-conformance ${example}`);
  return [...(meanings.length === 0 ? [] : ['', 'Exit codes:', ...meanings]), '', 'Examples:', ...lines].join('\n');
}
