// Rounds into figures, and figures into a table.
import { whatIsMeasured } from './workloads.mjs';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// How many times as good Lemma was in each round: values are tokens/s, or what is the better the less it is.
function ratiosOf({ unit, ours, theirs }) {
  return ours.map((value, i) => (unit === 't/s' ? value / theirs[i] : theirs[i] / value));
}

// Whether every target of the row is reached.
function isReached(target, { ours, ratio, share }) {
  return ratio >= (target.ratio ?? 0) && (share ?? 1) >= (target.share ?? 0) &&
         ours <= (target.seconds ?? Infinity);
}

// Of { weights, row, unit, ours, theirs, shares, target }, lists by round.
export function summarise(measured) {
  const ratios = ratiosOf(measured);
  const shares = measured.shares ?? [];
  const figures = {
    ours: median(measured.ours),
    theirs: median(measured.theirs),
    ratio: median(ratios),
    ratio_min: Math.min(...ratios),
    ratio_max: Math.max(...ratios),
    share: shares.length > 0 ? median(shares) : undefined,
  };
  return { ...measured, ratios, median: figures, reached: isReached(measured.target, figures) };
}

function targetText({ ratio, share, seconds }) {
  const parts = [];
  if (ratio !== undefined) parts.push(`${ratio.toFixed(1)}x`);
  if (share !== undefined) parts.push(`${Math.round(100 * share)} %`);
  if (seconds !== undefined) parts.push(`${seconds} s`);
  return parts.join(', ');
}

const valueText = (value, unit) => `${value.toFixed(unit === 't/s' ? 1 : 3)} ${unit}`;

const columns = [
  ['', 4, ({ weights }) => weights],
  ['work', 23, ({ row }) => row],
  ['lemma', -11, ({ unit, median: { ours } }) => valueText(ours, unit)],
  ['peer', -11, ({ unit, median: { theirs } }) => valueText(theirs, unit)],
  ['ratio', -7, ({ median: { ratio } }) => `${ratio.toFixed(2)}x`],
  ['rounds', -12, ({ median: { ratio_min: low, ratio_max: high } }) =>
    `${low.toFixed(2)}-${high.toFixed(2)}`],
  ['limit', -6, ({ median: { share } }) =>
    (share === undefined ? '' : `${Math.round(100 * share)} %`)],
  ['target', -12, ({ target }) => targetText(target)],
  ['', 7, ({ reached }) => (reached ? 'reached' : 'missed')],
];

function line(cells) {
  return cells.map((cell, i) => {
    const width = columns[i][1];
    return width < 0 ? cell.padStart(-width) : cell.padEnd(width);
  }).join(' ').trimEnd();
}

const explanation = (rounds) => `\
t/s is tokens a second, medians of ${rounds} round${rounds > 1 ? 's' : ''}; ratio is how many
times as fast Lemma was, with the lowest and highest round beside it; limit is Lemma's share of what
the machine multiplies or reads in that time, whichever is nearer (weights that stay in the cache
exceed what it reads), measured in the same run. mnat is a thousandth of a nat; ratio is the peer's
loss over Lemma's.`;

export function table({ machine, model, lemma, peer, threads, rounds, rows, skipped }) {
  const head = [
    ['machine', `${machine}, ${threads} thread${threads > 1 ? 's' : ''}`],
    ['model', model], ['lemma', lemma], ['peer', peer],
  ];
  return [
    ...head.map(([name, value]) => `${name.padEnd(8)} ${value}`), '',
    line(columns.map(([name]) => name)),
    ...rows.map((row) => line(columns.map(([, , cell]) => cell(row)))),
    ...skipped.map((row) => `skipped: ${row}: longer than this model's context`), '',
    explanation(rounds), '', whatIsMeasured,
  ].join('\n');
}
