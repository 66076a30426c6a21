// What specialists write at length: prose, lists, formulas in and between the lines, now and then a
// table or a program.

const reasons = [
  'the sum telescopes, so only its first and its last term are left',
  'both sides have the same parity, which rules out the first case',
  'the function is convex there, and a chord lies above it',
  'no prime divides both, and the fraction is in lowest terms',
  'the sequence is bounded and grows, so that it has a limit',
];

const prose = (n) =>
  `Let $a_{${n}} = ${n}^2 + 1$ and **suppose** that \\(a_{${n}} > ${n}\\). Here ${reasons[n % 5]}; and since ` +
  `$\\gcd(${n}, ${n + 1}) = 1$, we may go on with $x_{${n}}$ alone. Wait, is that so for ${n} = 2*36 + 3*12? ` +
  `Let me check: ${reasons[(n + 2) % 5]}. It costs $${n} at most, and ${reasons[(n + 3) % 5]}.`;

const formula = (n) =>
  `\\[\n\\sum_{k=1}^{${n}} \\frac{k^2 + ${n}}{\\sqrt{k + 1}} \\le \\int_0^{${n}} \\left( \\frac{x^3}{${n}} + 1 ` +
  `\\right) dx = \\begin{pmatrix} ${n} & 1 \\\\ 0 & ${n + 1} \\end{pmatrix}\n\\]`;

const list = (n) =>
  `1. If $x < ${n}$, nothing changes, because ${reasons[(n + 1) % 5]}.\n` +
  `2. Else \\(x \\ge ${n}\\), so the bound \`f(${n})\` holds:\n   - for odd $x$ by induction,\n   - for even $x$ at once.`;

const table = (n) =>
  `| i | f(i) | why |\n|---|---:|:---:|\n` +
  Array.from({ length: 6 }, (_, i) => `| ${i} | $${n + i}$ | \\(${n} + ${i} \\le ${n * 7}\\) |`).join('\n');

const program = (n) =>
  `\`\`\`python\ndef f${n}(values):\n    best = {}\n    for i, value in enumerate(values):  # each once\n` +
  `        best[value % ${n}] = max(best.get(value % ${n}, 0), i + ${n})\n    return sorted(best.items())\n\n` +
  `print(f${n}([int(x) for x in input().split()]))\n\`\`\``;

// `n_chars` characters of it, the same each time.
export function reasoning(n_chars) {
  const parts = [];
  for (let n = 1, length = 0; length < n_chars; ++n) {
    const step = [`### Step ${n}`, prose(n), formula(n), list(n)];
    if (n % 5 === 0) step.push(table(n));
    if (n % 7 === 0) step.push(program(n));
    parts.push(`${step.join('\n\n')}\n\n`);
    length += parts.at(-1).length;
  }
  return parts.join('').slice(0, n_chars);
}
