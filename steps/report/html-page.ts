import type { Attachment, Envelope, TestStepResult } from '@cucumber/messages';
import { attachedText, readEvidence } from '../verdict/attachment.ts';
import { EVIDENCE_MEDIA_TYPE, type Evidence } from '../verdict/evidence.ts';
import { expectedInWords } from '../verdict/expectations.ts';
import type { Report } from '../verdict/report.ts';
import { escapeXml } from './html/escape-xml.ts';

/** Cucumber's page shows texts of this type in place, and offers all others for download. */
const shownInPlace = 'text/x.cucumber.log+plain';

/**
 * What stands above Cucumber's results on its page: the verdict, and every requirement that is not simply passed. Cucumber counts
 * scenarios and knows nothing of levels and consequences, so that its own numbers are easily taken for a verdict.
 */
export function htmlHeading({ verdict, because, target, suite, requirementSet, requirements }: Report): string {
  const name = target.version === undefined ? target.name : `${target.name} ${target.version}`;
  const rows = requirements
    .filter(({ status }) => status !== 'passed')
    .map(({ id, level, sentence, status, reason, expected, specification }) => {
      const remarks = [...(reason === undefined ? [] : [reason]), ...(expected === undefined ? [] : [expectedInWords(expected)])];
      const why = remarks.map((remark) => `<br><small>${escapeXml(remark)}</small>`).join('');
      const named = specification === undefined ? escapeXml(id) : `<a href="${escapeXml(specification)}">${escapeXml(id)}</a>`;
      return `<tr><td><b>${status}</b></td><td>${named}</td><td>${level.toUpperCase()}</td><td>${escapeXml(sentence)}${why}</td></tr>`;
    });
  const table =
    rows.length === 0
      ? ''
      : `<table style="border-spacing: 0 .3em; text-align: left"><tbody style="vertical-align: top">${rows.join('')}</tbody></table>`;
  const set = requirementSet?.modified.length === 0 ? `requirement set ${requirementSet.name}` : 'no released requirement set';
  const started = [target.start, ...(target.loosened ?? [])].join(', ');
  return `<header style="font-family: sans-serif; max-width: 72em; margin: 1em auto; padding: 0 1em">
<style>header td { padding-right: 1em }</style>
<h1 style="font-size: 1.4em">${escapeXml(name)}: ${verdict}</h1>
<p>because ${escapeXml(because)}</p>
${table}
<p><small>${escapeXml(suite.name)} ${escapeXml(suite.version)}, ${escapeXml(set)}, ${escapeXml(started)}. Below are the scenarios as Cucumber counts them. A red one may
be a recommendation, or a consequence of another failure: the verdict is the one above, and that of report.json.</small></p>
</header>`;
}

/** The same message as a person reads it on the page: evidence in place as text, and no stack where the implementation fails. */
export function readable(envelope: Envelope): Envelope {
  const { attachment, testStepFinished } = envelope;
  if (attachment?.mediaType === EVIDENCE_MEDIA_TYPE) return { attachment: readableAttachment(attachment) };
  if (testStepFinished === undefined) return envelope;
  return { testStepFinished: { ...testStepFinished, testStepResult: withoutStack(testStepFinished.testStepResult) } };
}

function readableAttachment(attachment: Attachment): Attachment {
  const body = inWords(attachedText(attachment));
  return { ...attachment, body, contentEncoding: 'IDENTITY' as typeof attachment.contentEncoding, mediaType: shownInPlace };
}

function withoutStack(result: TestStepResult): TestStepResult {
  const { exception } = result;
  if (exception?.type !== 'NonConformance') return result;
  const message = exception.message ?? '';
  return { ...result, message, exception: { ...exception, stackTrace: message } };
}

function inWords(text: string): string {
  let evidence: Evidence;
  try {
    evidence = readEvidence(text);
  } catch {
    return text;
  }
  switch (evidence.kind) {
    case 'information':
      return evidence.text;
    case 'inapplicable':
      return `inapplicable: ${evidence.reason}`;
    case 'trace':
      return evidence.lines.join('\n');
    case 'exchanges':
      return `${evidence.made} ${evidence.made === 1 ? 'exchange' : 'exchanges'}; index.html draws them`;
    case 'finding':
    case 'lateFinding': {
      const likely = evidence.likely === undefined ? [] : [`likely    ${evidence.likely}`];
      return [evidence.requirement, `expected  ${evidence.expected}`, `received  ${evidence.received}`, ...likely].join('\n');
    }
  }
}
