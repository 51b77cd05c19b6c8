/** The common style of all pages of the suite: colours, type and plain elements. */
export const foundation = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#f6f5f1, #14161a);
  --card: light-dark(#fffefc, #1b1e23);
  --inset: light-dark(#f3f1ec, #15181c);
  --ink: light-dark(#1f2328, #e8e6e1);
  --quiet: light-dark(#5a616b, #a4a9b1);
  --rule: light-dark(#e2dfd7, #2e333a);
  --link: light-dark(#1f5aa8, #8fb8f5);
  --good: light-dark(#1a7544, #5fca8f);
  --bad: light-dark(#b3231a, #ff8d82);
  --doubt: light-dark(#8a5800, #e8b04a);
  --open: light-dark(#674a99, #bda3ee);
  --none: light-dark(#666d77, #989ea7);
  --mark: light-dark(#ffdcd6, #5c211c);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'Segoe UI Mono', 'Roboto Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif;
}
*, ::before, ::after { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 var(--sans); overflow-wrap: anywhere; }
main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
main { padding-top: 2rem; }
h1, h2, p, ul, ol, dl, dd, figure, pre, table { margin: 0; padding: 0; }
ul, ol { list-style: none; }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: 1px; }
code, pre, .trace ol, .output { font-family: var(--mono); font-size: .84em; }
code, pre, dd, .trace li, .output li, .name { unicode-bidi: isolate; }
pre, .trace li, .output li { unicode-bidi: bidi-override; direction: ltr; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 3px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.sheet { position: absolute; }
[hidden] { display: none !important; }
.quiet, .place, .why { color: var(--quiet); }
`;

/** The style of the icons of a status. */
export const icons = `
.icon { width: 1em; height: 1em; flex: none; fill: currentColor; stroke: none; vertical-align: -.125em; }
.sign, .dash { fill: none; stroke: var(--sign, #fff); stroke-width: 1.7; stroke-linecap: round; stroke-linejoin: round; }
.hollow { fill: none; stroke: currentColor; stroke-width: 1.6; }
.dash { stroke: currentColor; }
.icon.passed { color: var(--good); }
.icon.failed { color: var(--bad); }
.icon.warning { color: var(--doubt); }
.icon.inconclusive { color: var(--open); }
.icon.untested, .icon.inapplicable { color: var(--none); }
svg { --sign: light-dark(#fff, #14161a); }
`;

/** The style of drawn exchanges and plots. */
export const drawings = `
.sequence, .plot { flex: 0 1 23rem; width: 100%; max-width: 25rem; min-width: 0; border: 1px solid var(--rule); border-radius: 8px; padding: .7rem .5rem .6rem; background: var(--card); }
.plot { max-width: 30rem; }
.sequence svg, .plot svg { display: block; width: 100%; height: auto; overflow: visible; font-family: var(--sans); }
figcaption b { font-weight: 600; }
.sequence figcaption, .plot figcaption { font-size: .84rem; line-height: 1.45; padding: .5rem .5rem 0; color: var(--quiet); display: grid; gap: .2rem; } .sequence figcaption b, .plot figcaption b { color: var(--ink); }
.formula { font-family: var(--mono); font-size: .93em; }
svg text { fill: var(--ink); font-size: 11px; }
.lane { stroke: light-dark(#b9b5ab, #4d545e); stroke-width: 1.4; }
text.lane-name { text-anchor: middle; font-weight: 600; font-size: 12px; }
.busy { stroke: var(--link); stroke-width: 3.4; opacity: .34; } .busy.impossible { stroke: var(--bad); opacity: .6; }
.arrow { stroke: var(--link); stroke-width: 1.6; fill: none; } .arrow-head { fill: var(--link); }
.arrow.lost { stroke: var(--bad); stroke-dasharray: 4 3; } text.word { text-anchor: middle; fill: var(--quiet); font-size: 10.5px; paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; } text.word.lost { fill: var(--bad); font-weight: 600; }
.leader { stroke: light-dark(#b9b5ab, #4d545e); fill: none; } .moment { fill: var(--card); stroke: var(--link); stroke-width: 1.8; }
text.stamp-name { fill: var(--quiet); font-size: 10px; } text.stamp { font-family: var(--mono); font-size: 11.5px; } text.stamp.long { font-size: 9px; } text.stamp.none { fill: var(--quiet); font-family: var(--sans); font-style: italic; }
text.left { text-anchor: end; } text.right { text-anchor: start; }
text.measure { fill: var(--link); font-size: 11px; font-weight: 600; } text.measure.impossible { fill: var(--bad); }
.scale { stroke: var(--quiet); fill: none; } text.scale-text { fill: var(--quiet); font-size: 10px; }
.bound { fill: light-dark(#2a66b5, #7aa9ee); opacity: .13; } .bound.resolution { opacity: .08; }
.grid { stroke: var(--rule); } .axis { stroke: var(--quiet); }
text.tick, text.axis-name { fill: var(--quiet); font-size: 10.5px; text-anchor: middle; font-variant-numeric: tabular-nums; } text.tick.up { text-anchor: end; } text.axis-name { text-anchor: start; } text.axis-name.end { text-anchor: end; }
.rings { stroke: var(--good); stroke-width: 10; stroke-linecap: round; } .rings.hole { stroke: var(--card); stroke-width: 7; } .range { stroke: var(--good); stroke-width: 1.4; opacity: .7; }
.dots { stroke: var(--link); stroke-width: 4.5; stroke-linecap: round; opacity: .62; } .dots.bad { stroke: var(--bad); opacity: .85; } .beyond { fill: var(--link); } .beyond.bad { fill: var(--bad); }
`;
