import type { Report } from '../../verdict/report.ts';
import type { FieldTarget } from './implementation.ts';

/**
 * The differences between a report and the expectation, in words. Each requirement must pass, or have the result in `field.yaml`.
 *
 * @param report undefined if the run left none
 */
export function differences(
  { deviations }: FieldTarget,
  report: Pick<Report, 'verdict' | 'because' | 'requirements'> | undefined,
): string[] {
  if (report === undefined) return ['there is no report'];
  const verdict = Object.values(deviations).some(([status]) => status === 'failed') ? 'does not conform' : 'conforms';
  const ids = new Set(report.requirements.map(({ id }) => id));
  return [
    ...(report.verdict === verdict ? [] : [`${report.verdict}, and expected is "${verdict}": ${report.because}`]),
    ...report.requirements.flatMap(({ id, status, reason }) => {
      const [expected, why] = deviations[id] ?? ['passed'];
      if (expected.split(' or ').includes(status)) return [];
      const found = `${id} is ${status}${reason === undefined ? '' : ` (${reason})`}`;
      return [`${found}, and expected is ${expected}${why === undefined ? '' : `: ${why}`}`];
    }),
    ...Object.keys(deviations)
      .filter((id) => !ids.has(id))
      .map((id) => `${id} is expected to deviate, and the report has no such requirement`),
  ];
}
