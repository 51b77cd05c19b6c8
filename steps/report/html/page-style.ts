import { drawings, foundation, icons } from './foundation.ts';

/** The style of the report page: one column, and colour for results only. */
export const style = `${foundation}

${icons}
.verdict.passed .word { color: var(--good); } .verdict.failed .word { color: var(--bad); } .verdict.inconclusive .word { color: var(--open); }

.kind { color: var(--quiet); margin-bottom: .75rem; font-size: .9rem; }
.verdict { display: grid; grid-template-columns: auto 1fr; gap: 0 1.25rem; align-items: start; background: var(--card); border: 1px solid var(--rule); border-radius: 14px; padding: 1.75rem 1.75rem 1.4rem; position: relative; overflow: hidden; }
.verdict::before { content: ''; position: absolute; inset: 0 0 auto; height: 5px; background: var(--tone); }
.verdict.passed { --tone: var(--good); } .verdict.failed { --tone: var(--bad); } .verdict.inconclusive { --tone: var(--open); }
.verdict > .icon { width: 3.6rem; height: 3.6rem; margin-top: .3rem; }
h1 { font-size: 1.15rem; font-weight: 500; line-height: 1.3; }
h1 .name { display: block; color: var(--quiet); }
h1 .word { display: block; font-size: clamp(1.9rem, 1.3rem + 2.6vw, 2.9rem); font-weight: 650; letter-spacing: -.02em; line-height: 1.1; }
.because { margin-top: .5rem; max-width: 46rem; }
.faults { margin-top: .5rem; padding-left: 1.1rem; list-style: disc; } .ended { margin-top: .5rem; }
.tally { grid-column: 1 / -1; margin-top: 1.4rem; }
.tally .bar { display: block; width: 100%; height: 8px; border-radius: 4px; stroke: none; background: var(--rule); }
rect.passed { fill: var(--good); } rect.failed { fill: var(--bad); } rect.warning { fill: var(--doubt); } rect.inconclusive { fill: var(--open); } rect.untested { fill: light-dark(#b9b6ae, #545b65); } rect.inapplicable { fill: light-dark(#d6d3cb, #3a4049); }
.tally ul { display: flex; flex-wrap: wrap; gap: .3rem 1.4rem; margin-top: .75rem; }
.tally a { color: inherit; display: inline-flex; gap: .4em; align-items: center; text-decoration: none; padding: .15rem 0; } .tally a:hover { text-decoration: underline; }
.tally b { font-variant-numeric: tabular-nums; }

.changes { margin-top: 1rem; font-size: .95rem; } .changes > summary::after { display: inline-block; width: .4rem; height: .4rem; margin-bottom: .2rem; } .changes dl { display: grid; gap: .6rem; margin: .6rem 0 0; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: .8rem 1rem; } .changes li { padding: .1rem 0; } .changes li span span { white-space: nowrap; } .changes dl > div { display: grid; grid-template-columns: 9rem 1fr; gap: .8rem; }
.facts-of-run { padding: 1.4rem 0 .2rem; }
.facts-of-run dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .9rem 2rem; }
.facts-of-run .wide { grid-column: span 2; }
dt { color: var(--quiet); font-size: .8rem; letter-spacing: .01em; }
.facts-of-run dd { font-size: .95rem; }

h2 { font-size: 1.15rem; font-weight: 620; letter-spacing: -.005em; margin: 2.4rem 0 .8rem; }
h2 .count { color: var(--quiet); font-weight: 400; margin-left: .3em; font-variant-numeric: tabular-nums; }
.map table { width: 100%; border-collapse: separate; background: var(--card); border: 1px solid var(--rule); border-radius: 10px; border-spacing: 0; overflow: hidden; }
.map tbody tr + tr > * { border-top: 1px solid var(--rule); }
.map th[scope=row] { text-align: left; font-weight: 500; width: 15rem; padding: .7rem 1rem; vertical-align: top; line-height: 1.35; }
.map td { padding: .5rem 1rem .5rem 0; }
.map ul { display: flex; flex-wrap: wrap; gap: .1rem 1.15rem; }
.map a { display: inline-flex; align-items: center; gap: .4em; padding: .22rem 0; text-decoration: none; color: var(--ink); font-size: .93rem; } .map a:hover { text-decoration: underline; }
.map a.failed { color: var(--bad); font-weight: 600; } .map a.warning { color: var(--doubt); font-weight: 600; } .map a.untested, .map a.inapplicable { color: var(--quiet); }

.tools { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; margin-top: 1.8rem; font-size: .93rem; }
.tools label { color: var(--quiet); }
.tools input { font: inherit; color: inherit; background: var(--card); border: 1px solid light-dark(#8d9097, #6b727c); border-radius: 8px; padding: .4rem .7rem; flex: 1 1 12rem; max-width: 22rem; min-width: 0; }
.tools button { font: inherit; color: inherit; background: none; border: 1px solid light-dark(#8d9097, #6b727c); border-radius: 8px; padding: .4rem .8rem; cursor: pointer; } .tools button:hover { background: var(--card); }
button.copy { font: inherit; font-size: .84rem; color: inherit; background: none; border: 1px solid light-dark(#8d9097, #6b727c); border-radius: 8px; padding: .15rem .6rem; cursor: pointer; } .chips { display: flex; flex-wrap: wrap; gap: .4rem; } .chips button { display: inline-flex; gap: .4em; align-items: center; } .chips button[aria-pressed=true] { background: var(--inset); border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
#found { color: var(--quiet); min-width: 4.5rem; }

summary { cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
.requirement { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; margin-bottom: .5rem; scroll-margin-top: .75rem; }
.requirement > summary { display: flex; gap: .8rem; padding: .75rem 1rem; align-items: flex-start; border-radius: 10px; }
.requirement > summary:hover .sentence, .scenario > summary:hover .title { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .18em; }
.requirement > summary .icon { width: 1.2rem; height: 1.2rem; margin-top: .17rem; }
.requirement.failed { border-left: 4px solid var(--bad); } .requirement.warning { border-left: 4px solid var(--doubt); } .requirement.inconclusive { border-left: 4px solid var(--open); }
.head { flex: 1; min-width: 0; }
.sentence { display: block; font-weight: 550; line-height: 1.4; } .sentence em { font-style: normal; font-size: .84em; font-weight: 700; letter-spacing: .03em; }
.passed > summary .sentence, .untested > summary .sentence, .inapplicable > summary .sentence { font-weight: 450; }
.facts { display: flex; flex-wrap: wrap; gap: 0 .9rem; color: var(--quiet); font-size: .84rem; margin-top: .1rem; } .facts code { font-size: .96em; }
.requirement.failed > summary .status { color: var(--bad); } .requirement.warning > summary .status { color: var(--doubt); }
.requirement > summary::after, .scenario > summary::after, .trace > summary::after, .changes > summary::after, footer summary::after { content: ''; width: .5rem; height: .5rem; border: solid var(--quiet); border-width: 0 1.6px 1.6px 0; transform: rotate(45deg); flex: none; margin: .45rem .3rem 0 .4rem; transition: transform .12s; }
details[open] > summary::after { transform: rotate(-135deg); margin-top: .7rem; }
.requirement > .inside { padding: 0 1rem 1rem 3rem; }
.inside > * + * { margin-top: .8rem; }
.why { max-width: 44rem; } .reason { max-width: 44rem; }
.origin { display: grid; gap: .5rem; max-width: 48rem; font-size: .94rem; }
.origin > div, .diagnosis > div { display: grid; grid-template-columns: 7.5rem 1fr; gap: .8rem; }
.origin dt, .diagnosis dt { padding-top: .14rem; }

.scenario { border: 1px solid var(--rule); border-radius: 8px; }
.requirement > .inside > .scenario + .scenario { margin-top: .4rem; }
.scenario > summary { display: flex; gap: .6rem; align-items: flex-start; padding: .5rem .8rem; border-radius: 8px; font-size: .95rem; }
.scenario > summary .icon { margin-top: .25rem; } .scenario > summary .title { flex: 1; min-width: 0; }
.scenario > summary .status { color: var(--quiet); font-size: .84rem; margin-top: .08rem; } .scenario > summary::after { margin-top: .35rem; } .scenario[open] > summary::after { margin-top: .6rem; }
.scenario.failed > summary .status { color: var(--bad); } .scenario.warning > summary .status { color: var(--doubt); }
.scenario > .inside { padding: .3rem .8rem .8rem; }
.diagnosis { display: grid; gap: .45rem; background: var(--inset); border-radius: 8px; padding: .8rem 1rem; }
.diagnosis .received dd { color: var(--bad); font-weight: 550; } .warning .diagnosis .received dd { color: var(--doubt); }
figure.message figcaption { color: var(--quiet); font-size: .84rem; font-family: var(--mono); margin-bottom: .3rem; }
pre { white-space: pre-wrap; background: var(--inset); border-radius: 8px; padding: .7rem 1rem; line-height: 1.6; }
mark { background: var(--mark); color: inherit; border-radius: 3px; padding: .1em .15em; box-decoration-break: clone; -webkit-box-decoration-break: clone; border-bottom: 2px solid var(--bad); }
.information { color: var(--quiet); font-size: .94rem; } .information li { padding-left: 1rem; text-indent: -1rem; } .information li::before { content: '– '; }
.trace > summary { display: inline-flex; color: var(--quiet); font-size: .9rem; } .trace > summary::after { width: .4rem; height: .4rem; margin-left: .6rem; }
.trace ol, .output { margin-top: .4rem; background: var(--inset); border-radius: 8px; padding: .6rem 1rem; line-height: 1.55; }
.trace li { padding-left: 2rem; text-indent: -2rem; white-space: pre-wrap; } .left-out { color: var(--quiet); }
.output li { white-space: pre-wrap; }
.place { font-size: .84rem; } .repeat { font-size: .9rem; } .repeat span { color: var(--quiet); margin-right: .5rem; } .repeat code { background: var(--inset); padding: .3rem .55rem; border-radius: 6px; box-decoration-break: clone; -webkit-box-decoration-break: clone; }

.evidence { display: grid; gap: .8rem 1.2rem; align-items: start; } .evidence > *, .said > * { min-width: 0; } .said { display: grid; gap: .8rem; align-content: start; } .evidence:not(:has(> .drawings, > .said > *)), .said:not(:has(*)) { display: none; } .evidence > .drawings:not(:has(> :only-child)) { order: -1; }
.drawings { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; }
${drawings}
footer { color: var(--quiet); font-size: .9rem; margin-top: 2.5rem; padding-top: 1.2rem; padding-bottom: 2.5rem; border-top: 1px solid var(--rule); }
footer summary { display: inline-flex; } footer summary::after { width: .4rem; height: .4rem; } footer dl { display: grid; gap: .3rem; margin: .6rem 0; } footer dl > div { display: grid; grid-template-columns: 7.5rem 1fr; gap: .8rem; } footer dt { font-size: inherit; color: var(--ink); } footer p { margin-top: .6rem; }

@media (min-width: 60rem) { .evidence:has(> .drawings > :only-child) { grid-template-columns: minmax(0, 1fr) 22.5rem; } }
@media (max-width: 40rem) {
  main, footer { padding-left: .9rem; padding-right: .9rem; }
  main { padding-top: 1.2rem; }
  .verdict { padding: 1.4rem 1.1rem 1.1rem; gap: 0 .9rem; } .verdict > .icon { width: 2.4rem; height: 2.4rem; }
  .facts-of-run dl { grid-template-columns: 1fr 1fr; gap: .8rem 1rem; }
  .map tr { display: block; padding: .6rem .9rem; } .map tbody tr + tr { border-top: 1px solid var(--rule); } .map tbody tr + tr > * { border-top: 0; }
  .map th[scope=row], .map td { display: block; width: auto; padding: 0; } .map th[scope=row] { color: var(--quiet); font-size: .86rem; margin-bottom: .1rem; }
  .requirement > summary { padding: .7rem .8rem; gap: .6rem; } .requirement > .inside { padding: 0 .8rem .8rem; }
  .changes dl > div, .origin > div, .diagnosis > div, footer dl > div { grid-template-columns: 1fr; gap: 0; }
  .scenario > .inside { padding: .3rem .6rem .6rem; } .sequence, .plot { padding: .5rem .2rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --inset: #f5f4f0; }
  body { font-size: 10pt; } main, footer { max-width: none; padding: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tools { display: none; } summary::after { display: none !important; }
  .verdict, .facts-of-run, .map tr, .sequence, .plot, .diagnosis, summary { break-inside: avoid; } h2, summary { break-after: avoid; }
}
`;
