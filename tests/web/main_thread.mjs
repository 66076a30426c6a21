// How long a page's main thread is blocked by what the page does. The browser's own trace gives the
// CPU time of each task: unlike the clock (PerformanceObserver's longtask), it does not count the time
// in which other programs of a busy machine had the processor.

const taskName = 'RunTask';
const markPrefix = 'lemma:';

// Resolves to { mark(what), stop() -> tasks }. Of the page's tasks until then, the longest first:
// { cpuMs, wallMs, after, from }, `after` the last mark before it, `from` where in the browser it began.
export async function traceMainThread(browser, page) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) =>
    events.push(...value.filter(({ name }) => name === taskName || name.startsWith(markPrefix))));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: {
      recordMode: 'recordAsMuchAsPossible',
      includedCategories: ['disabled-by-default-devtools.timeline', 'blink.user_timing'],
      traceBufferSizeInKb: 800_000,
      excludedCategories: ['*'],
    },
  });
  const mark = (what) => page.evaluate((name) => void performance.mark(name), markPrefix + what);
  await mark('begin');
  return {
    mark,
    async stop() {
      const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
      await session.send('Tracing.end');
      await complete;
      await session.detach();
      const marks = events.filter(({ name }) => name !== taskName).sort((a, b) => a.ts - b.ts);
      const { pid, tid } = marks[0];
      return events
        .filter((event) => event.name === taskName && event.pid === pid && event.tid === tid)
        .map(({ ts, dur, tdur, args }) => ({
          cpuMs: tdur / 1000,
          wallMs: dur / 1000,
          after: marks.findLast((mark) => mark.ts <= ts)?.name ?? '',
          from: args.src_func,
        }))
        .sort((a, b) => b.cpuMs - a.cpuMs);
    },
  };
}
