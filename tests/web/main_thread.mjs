// How long a page's main thread is blocked by what the page does. The browser's own trace gives the
// CPU time of each task: unlike the clock (PerformanceObserver's longtask), it does not count the time
// in which other programs of a busy machine had the processor; what the test itself asks the page is
// left out. And a known piece of work, before and after, tells how quick the machine itself is: on one
// slower than where the limits were set (two processors that share a core are), a task's time counts
// for as much less.

const gaugeMs = 50; // both together, where the limits were set
const taskName = 'RunTask';
const commandName = 'DevToolsSession::DispatchProtocolCommand'; // what the test itself has the page do
const markPrefix = 'lemma:';

// What pages do: objects, texts, elements.
function work() {
  const words = new Map();
  for (let i = 0; i < 60_000; ++i) {
    const word = `${(i * 7919) % 5003}`;
    words.set(word, (words.get(word) ?? '') + word[0]);
  }
  const list = document.createElement('ul');
  for (const [word, text] of words) list.append(Object.assign(document.createElement('li'), { textContent: word + text }));
  return list.textContent.replace(/(\d)\1/g, '').length;
}

// Resolves to { mark(what), stop() -> tasks }. Of the page's tasks until then, the longest first:
// { cpuMs, wallMs, after, from }, `after` the last mark before it, `from` where in the browser it began.
export async function traceMainThread(browser, page) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) =>
    events.push(...value.filter(({ name }) => [taskName, commandName].includes(name) || name.startsWith(markPrefix))));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      recordMode: 'recordAsMuchAsPossible',
      includedCategories: ['disabled-by-default-devtools.timeline', 'blink.user_timing', 'devtools'],
      traceBufferSizeInKb: 800_000,
      excludedCategories: ['*'],
    },
  });
  const mark = (what) => page.evaluate((name) => void performance.mark(name), markPrefix + what);
  const gauge = async () => {
    await mark('gauge');
    await page.evaluate(work);
  };
  await gauge();
  await mark('begin');
  return {
    mark,
    async stop() {
      await gauge();
      const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
      await session.send('Tracing.end');
      await complete;
      await session.detach();
      const marks = events.filter(({ name }) => name.startsWith(markPrefix)).sort((a, b) => a.ts - b.ts);
      const { pid, tid } = marks[0];
      if (marks.some((mark) => mark.pid !== pid)) throw new Error('the page has moved to another process');
      const ended = (wanted) => events.filter(({ ph, name, ...event }) =>
        ph === 'X' && name === wanted && event.pid === pid && event.tid === tid);
      const commands = ended(commandName);
      const tasks = ended(taskName)
        .map(({ ts, dur, tdur = dur, args }) => ({
          cpuMs: tdur / 1000,
          wallMs: dur / 1000,
          after: marks.findLast((mark) => mark.ts <= ts)?.name ?? '',
          from: args.src_func,
          isOfTest: commands.some((command) => command.ts >= ts && command.ts < ts + dur),
        }));
      const isGauge = ({ after }) => after === `${markPrefix}gauge`;
      const measuredMs = tasks.filter(isGauge).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
      const slowness = Math.max(1, measuredMs / gaugeMs);
      return tasks
        .filter((task) => !isGauge(task) && !task.isOfTest)
        .map((task) => ({ ...task, cpuMs: task.cpuMs / slowness }))
        .sort((a, b) => b.cpuMs - a.cpuMs);
    },
  };
}
