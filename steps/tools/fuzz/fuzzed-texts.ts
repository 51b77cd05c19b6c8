import fc from 'fast-check';

/** The expected timestamp: its type and its digits. */
export interface AskedTimestamp {
  readonly type: 'Long' | 'String';
  readonly digits: string;
}

export const asked: fc.Arbitrary<AskedTimestamp> = fc.record({
  type: fc.constantFrom('Long', 'String'),
  digits: fc.constantFrom('0', '1', '4500', '2147483648', '1571724098000', '9007199254740991', '9007199254740993'),
});

/** Ways to write a time, with `#` for its digits. The ways of the expected type come first, and are the most frequent. */
const ways = [
  '#.0',
  '#.5',
  '#e0',
  '#E+0',
  '-#',
  '+#',
  '0#',
  '"#.0"',
  '" #"',
  '"#\\n"',
  '"0#"',
  '"\\u0031"',
  '"#"#',
  "'#'",
  'null',
  'true',
  '[#]',
  '{"#":#}',
  '""',
  '1e400',
  '-0',
  '0.1e1',
  '#,',
  '"１２３"',
  '"٣"',
  'NaN',
  '0x10',
  '[[[[#]]]]',
];

const space = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom('', '', '', ' ', '\n', '\t', '\r') },
  { weight: 1, arbitrary: fc.constantFrom('\u00a0', '\ufeff', '\0', '\v', '/**/') },
);

/** Names of members: required ones, additional ones, and names that only look like them. */
function name(base: string): fc.Arbitrary<string> {
  const escaped = `\\u${base.charCodeAt(0).toString(16).padStart(4, '0')}${base.slice(1)}`;
  return fc.oneof(
    { weight: 40, arbitrary: fc.constant(base) },
    { weight: 2, arbitrary: fc.constant(escaped) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(base.toLowerCase(), ` ${base}`, `${base}\\u0000`, '__proto__', 'constructor', '1', ''),
    },
  );
}

function time(digits: fc.Arbitrary<string>, type: AskedTimestamp['type']): fc.Arbitrary<string> {
  const usual = type === 'Long' ? ['#'] : ['"#"'];
  const other = type === 'Long' ? ['"#"'] : ['#'];
  const way = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...usual) },
    { weight: 4, arbitrary: fc.constantFrom(...other, ...ways) },
  );
  return fc.tuple(way, digits).map(([form, number]) => form.replaceAll('#', number));
}

const stamps = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('1571724098110', '1571724098115') },
  { weight: 2, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 400 }).map((count) => '9'.repeat(count)) },
);

const further = fc.constantFrom(
  '"more":1.5',
  '"":[]',
  '"a":{"serverRecvTime":"x"}',
  '"deviceSendTime":null',
  '"b":"\\ud800"',
  '"c":1e5',
);

/** Texts that are an object with some members, or nearly; each member is written in one of the ways. */
function object(members: readonly fc.Arbitrary<readonly [string, string]>[]): fc.Arbitrary<string> {
  const all = fc
    .tuple(...members)
    .chain((pairs) => fc.nat(9).chain((drop) => fc.shuffledSubarray([...pairs], { minLength: drop === 7 ? 0 : pairs.length })));
  return fc
    .tuple(all, fc.array(further, { maxLength: 2 }), space, space, fc.nat(60))
    .map(([pairs, extra, before, between, form]) => {
      const texts = [...pairs.map(([key, value]) => `"${key}"${between}:${before}${value}`), ...(form < 20 ? extra : [])];
      // Rare forms: an additional comma, a second object, text after the object, and a value without an object.
      const body = texts.join(`${between},`);
      if (form === 57) return `{${body},}`;
      if (form === 58) return `{${body}}{${body}}`;
      if (form === 59) return `[{${body}}]`;
      if (form === 60) return `${'['.repeat(3000)}{${body}}${']'.repeat(3000)}`;
      return form < 50 ? `${before}{${body}}${between}` : `{${body}}`;
    });
}

const pair = (base: string, value: fc.Arbitrary<string>): fc.Arbitrary<readonly [string, string]> => fc.tuple(name(base), value);

/** Payloads of responses to a request; about a third of them conform. */
export function response({ type, digits }: AskedTimestamp): fc.Arbitrary<string> {
  const echo = fc.oneof({ weight: 12, arbitrary: fc.constant(digits) }, { weight: 1, arbitrary: stamps });
  return object([
    pair('deviceSendTime', time(echo, type)),
    pair('serverSendTime', time(stamps, type)),
    pair('serverRecvTime', time(stamps, type)),
  ]);
}

/** Payloads of requests. */
export function request({ type, digits }: AskedTimestamp): fc.Arbitrary<string> {
  return object([pair('deviceSendTime', time(fc.constant(digits), type))]);
}
