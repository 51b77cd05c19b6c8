import { drawings, foundation } from '../html/foundation.ts';

/** The style of the specification's pages: that of the report page, adapted to long texts. */
export const style = `${foundation}
header.top { display: flex; flex-wrap: wrap; align-items: baseline; gap: .3rem 2rem; max-width: 82rem; margin: 0 auto; padding: 1.1rem 1.25rem; border-bottom: 1px solid var(--rule); }
.kind { color: var(--quiet); font-size: .9rem; }
header.top ul { display: flex; flex-wrap: wrap; gap: .2rem 1.3rem; }
header.top a { display: inline-block; padding: .2rem 0; color: inherit; text-decoration: none; border-bottom: 2px solid transparent; } header.top a:hover { border-color: var(--rule); } header.top a[aria-current] { border-color: var(--link); font-weight: 600; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .6rem; background: var(--card); padding: .5rem .8rem; border-radius: 8px; z-index: 2; }
.columns { max-width: 82rem; margin: 0 auto; padding: 0 1.25rem; }
footer { max-width: 82rem; }
.single .columns, .single header.top, .single footer { max-width: 62rem; } main { max-width: none; padding: 2rem 0 0; min-width: 0; }
h1 { font-size: clamp(1.7rem, 1.3rem + 1.8vw, 2.5rem); font-weight: 650; letter-spacing: -.02em; line-height: 1.15; }
h2 { font-size: 1.35rem; font-weight: 630; letter-spacing: -.01em; line-height: 1.3; margin: 3.2rem 0 .6rem; scroll-margin-top: 1rem; }
h3 { font-size: 1.06rem; font-weight: 570; line-height: 1.42; margin: 0; } h3 em, .line em { font-style: normal; font-size: .86em; font-weight: 700; letter-spacing: .03em; }
.lead { margin-top: .9rem; max-width: 46rem; font-size: 1.06rem; } .lead + .lead { margin-top: .7rem; }
.levels { margin-top: 1rem; color: var(--quiet); font-size: .93rem; } .levels b { color: var(--ink); font-size: .84em; letter-spacing: .03em; margin-right: .3rem; }
.about { max-width: 48rem; } .about > * + * { margin-top: .8rem; } .about p { color: var(--quiet); }
.reason { max-width: 46rem; } .reason p + p { margin-top: .6rem; }

.tools { display: flex; flex-wrap: wrap; align-items: center; gap: .6rem; margin-top: 1.6rem; font-size: .93rem; }
.tools label { color: var(--quiet); }
.tools input { font: inherit; color: inherit; background: var(--card); border: 1px solid light-dark(#8d9097, #6b727c); border-radius: 8px; padding: .45rem .7rem; flex: 1 1 12rem; max-width: 24rem; min-width: 0; }
.tools button { font: inherit; color: inherit; background: none; border: 1px solid light-dark(#8d9097, #6b727c); border-radius: 8px; padding: .45rem .8rem; cursor: pointer; } .tools button:hover { background: var(--card); }
#found { color: var(--quiet); min-width: 4.5rem; }

.rule { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 1.15rem 1.3rem 1.1rem; margin-top: 1rem; scroll-margin-top: 1rem; }
.rule:target { border-color: var(--link); box-shadow: 0 0 0 1px var(--link); }
.rule > * + * { margin-top: .8rem; } .rule > .facts { margin-top: .2rem; }
.facts { display: flex; flex-wrap: wrap; gap: 0 .9rem; align-items: baseline; color: var(--quiet); font-size: .84rem; } .facts code { font-size: .96em; } .facts a { color: inherit; padding: .15rem 0; }
.origin { display: grid; gap: .5rem; max-width: 50rem; font-size: .94rem; }
.origin > div { display: grid; grid-template-columns: 7.5rem minmax(0, 1fr); gap: .8rem; } .origin dt { padding-top: .14rem; }
dt { color: var(--quiet); font-size: .8rem; letter-spacing: .01em; }
.origin li { padding-left: 1rem; text-indent: -1rem; } .origin li::before { content: '– '; color: var(--quiet); }
summary { cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
summary::after { content: ''; width: .5rem; height: .5rem; border: solid var(--quiet); border-width: 0 1.6px 1.6px 0; transform: rotate(45deg); flex: none; margin: .35rem .3rem 0 .4rem; transition: transform .12s; }
details[open] > summary::after { transform: rotate(-135deg); margin-top: .62rem; }
.forms { border-top: 1px solid var(--rule); } .form { border-bottom: 1px solid var(--rule); } .form:last-child { border-bottom: 0; margin-bottom: -.5rem; }
.form > summary { display: flex; gap: .8rem; align-items: flex-start; padding: .55rem 0; font-size: .96rem; border-radius: 4px; } .form > summary:hover .title { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: .18em; }
.title { flex: 1; min-width: 0; } .form .count { color: var(--quiet); font-size: .84rem; margin-top: .1rem; }
.form > .inside { padding: .15rem 0 1rem; } .form > .inside > * + * { margin-top: .8rem; }
.only { color: var(--quiet); font-size: .9rem; }
var { font-style: normal; font-family: var(--mono); font-size: .84em; color: var(--link); background: var(--inset); border-radius: 4px; padding: .1em .35em; box-decoration-break: clone; -webkit-box-decoration-break: clone; }
.lines { background: var(--inset); border-radius: 8px; padding: .8rem 1rem; display: grid; gap: .5rem; font-size: .95rem; }
.lines > div { display: grid; grid-template-columns: 8rem minmax(0, 1fr); gap: .8rem; } .lines dt { padding-top: .14rem; } .lines li + li { margin-top: .25rem; }
.caught > summary { color: var(--quiet); } .caught li { padding-left: 1rem; text-indent: -1rem; font-size: .95rem; } .caught li::before { content: '– '; color: var(--quiet); }
pre { white-space: pre-wrap; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: .55rem .8rem; line-height: 1.6; margin-top: .4rem; }
.wide { overflow-x: auto; } .wide:focus-visible { outline-offset: -3px; }
table { border-collapse: collapse; font-size: .93rem; } caption { text-align: left; color: var(--quiet); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .38rem 1.1rem .38rem 0; font-weight: 400; overflow-wrap: normal; } td code { overflow-wrap: anywhere; }
thead th { color: var(--quiet); font-size: .84rem; white-space: nowrap; } tbody tr { border-top: 1px solid var(--rule); }
.values tbody th { min-width: 12rem; max-width: 26rem; overflow-wrap: anywhere; } .values td { min-width: 7rem; max-width: 34rem; } .values, .told { width: 100%; }
.of-line { margin-top: .4rem; } .of-line tr:first-child { border-top: 0; } .of-line td { font-family: var(--mono); font-size: .9em; }
.told td { font-family: var(--mono); font-size: .84em; overflow-wrap: anywhere; } .told th[scope=row] { min-width: 9rem; }

.contents { font-size: .9rem; margin-top: 1.4rem; } .contents summary { display: flex; justify-content: space-between; padding: .5rem 0; font-weight: 600; }
.contents ul ul { padding: .1rem 0 .55rem; } .contents a { display: block; color: var(--quiet); text-decoration: none; padding: .17rem 0 .17rem .8rem; line-height: 1.35; } .contents a:hover { text-decoration: underline; color: var(--ink); }
.contents a.subject { padding-left: 0; color: var(--ink); font-weight: 550; padding-top: .3rem; }
.contents > details { border: 1px solid var(--rule); border-radius: 10px; padding: 0 1rem; background: var(--card); }

.list { margin-top: .4rem; } .list > li { padding: .6rem 0; border-top: 1px solid var(--rule); } .line a { text-decoration: none; color: var(--ink); } .line a:hover { text-decoration: underline; } .line .facts { margin-top: .05rem; }
.roles { display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; margin-top: 1.6rem; }
.roles a { display: block; height: 100%; background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: 1.1rem 1.3rem; text-decoration: none; color: inherit; } .roles a:hover { border-color: var(--link); } .roles b { display: block; font-size: 1.1rem; font-weight: 620; color: var(--link); } .roles span { display: block; color: var(--quiet); font-size: .93rem; margin-top: .25rem; }
h2 .count { color: var(--quiet); font-weight: 400; font-size: .84em; margin-left: .3em; } .group h3 { margin-top: 1.6rem; color: var(--ink); font-weight: 620; }
.shown { display: grid; gap: 1.2rem 2rem; align-items: center; margin-top: .6rem; }
.first { margin-top: 1.2rem; } .glossary { display: grid; max-width: 54rem; } .glossary > div { display: grid; grid-template-columns: 10rem minmax(0, 1fr); gap: .8rem; padding: .5rem 0; border-top: 1px solid var(--rule); } .glossary dt { font-size: .95rem; color: var(--ink); font-weight: 570; }
.steps { list-style: decimal; padding-left: 1.3rem; } .steps li + li { margin-top: .5rem; } #protocol h3 { margin-top: 1.6rem; } #protocol h3 + * { margin-top: .5rem; } .told td.words { font-family: inherit; font-size: 1em; min-width: 7rem; } .told td.whole { white-space: nowrap; } .payloads { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr)); gap: 1rem; } .payloads pre { margin-bottom: .5rem; }
.statements { display: grid; gap: 1rem; max-width: 48rem; margin-top: .8rem; } blockquote { margin: 0; padding-left: 1rem; border-left: 3px solid var(--rule); } .statements p { color: var(--quiet); padding-left: calc(1rem + 3px); margin-top: .25rem; }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin-top: 1.4rem; } .figures li { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; padding: .9rem 1.1rem; color: var(--quiet); font-size: .93rem; } .figures b { display: block; color: var(--ink); font-size: 1.7rem; font-weight: 620; line-height: 1.2; font-variant-numeric: tabular-nums; } .figures small { font-size: .95rem; font-weight: 400; color: var(--quiet); }
.note { margin-top: 1rem; max-width: 46rem; } .problems { margin-top: .6rem; padding-left: 1.1rem; list-style: disc; max-width: 60rem; }
.matrix { background: var(--card); border: 1px solid var(--rule); border-radius: 12px; margin-top: .8rem; padding: .4rem 1rem .8rem 0; max-height: 46rem; overflow: auto; } .matrix table { border-collapse: separate; border-spacing: 2px 0; font-size: .86rem; }
.matrix thead th { vertical-align: bottom; padding: .5rem 0 .4rem; height: 15rem; position: sticky; top: -.4rem; background: var(--card); z-index: 1; } .matrix thead a { writing-mode: vertical-rl; transform: rotate(180deg); color: var(--quiet); text-decoration: none; line-height: 1.1; } .matrix thead a:hover { text-decoration: underline; }
.matrix thead th:first-child { padding-left: 1rem; vertical-align: bottom; }
.matrix tbody th { position: sticky; left: 0; background: var(--card); min-width: 15rem; max-width: 24rem; padding: .2rem .8rem .2rem 1rem; line-height: 1.3; overflow-wrap: anywhere; } .matrix tbody tr { border: 0; }
.matrix td { padding: 0; width: 1.05rem; min-width: 1.05rem; height: 1.5rem; text-align: center; vertical-align: middle; background: var(--inset); border-bottom: 1px solid var(--card); line-height: 1; }
td.failed { color: var(--bad); font-weight: 700; } td.warned { color: var(--doubt); font-weight: 700; } td.untested { color: var(--quiet); } td.wrong { color: var(--open); font-weight: 700; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin-top: .7rem; color: var(--quiet); font-size: .9rem; } .legend b { color: var(--ink); margin-right: .35rem; }
.implementations { columns: 24rem; column-gap: 2.5rem; margin-top: .6rem; } .implementations li { break-inside: avoid; padding: .45rem 0; border-top: 1px solid var(--rule); font-size: .95rem; } .implementations code { color: var(--quiet); display: block; }

${drawings.replaceAll('23rem', '25rem')}
footer { color: var(--quiet); font-size: .9rem; margin-top: 3rem; padding-top: 1.2rem; padding-bottom: 2.5rem; border-top: 1px solid var(--rule); }

@media (min-width: 64rem) {
  .columns.two { display: grid; grid-template-columns: 16.5rem minmax(0, 1fr); gap: 0 2.5rem; }
  .contents { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; padding: 1.2rem 0; margin-top: .8rem; }
  .contents > details { background: none; border: 0; padding: 0; } .contents summary { display: none; }
  .shown { grid-template-columns: minmax(0, 1fr) 24rem; }
}
@media (max-width: 40rem) {
  header.top, .columns, footer { padding-left: .9rem; padding-right: .9rem; }
  header.top ul { gap: .2rem .95rem; } main { padding-top: 1.3rem; } .rule { padding: .95rem 1rem; }
  .origin > div, .lines > div, .glossary > div { grid-template-columns: 1fr; gap: 0; }
  .sequence { padding: .5rem .2rem; }
  .matrix tbody th { position: static; min-width: 9rem; max-width: 10rem; }
  .values, .values tbody, .values tr, .values th, .values td { display: block; min-width: 0; max-width: none; } .values caption { display: block; } .values thead { display: none; }
  .values tr { padding: .35rem 0; } .values tbody th, .values td { padding: .1rem 0; min-width: 0; } .values td::before { content: attr(data-column) ': '; color: var(--quiet); font-size: .84rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --inset: #f5f4f0; }
  body { font-size: 10pt; } .columns, footer, header.top { max-width: none; padding-left: 0; padding-right: 0; } .columns.two { display: block; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .tools, .contents, .skip, header.top nav { display: none; } summary::after { display: none !important; }
  details::details-content { content-visibility: visible; block-size: auto; opacity: 1; }
  .wide, .matrix { overflow: visible; max-height: none; } .matrix th { position: static !important; }
  h2, h3, summary { break-after: avoid; } .lines, .sequence, tr, summary { break-inside: avoid; }
}
`;
