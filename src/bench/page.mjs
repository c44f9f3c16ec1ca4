// Run by src/bench/page.
import {chromium} from 'playwright-core';

const VISITS = 15;
const address = process.argv[2];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** A visit with an empty cache, or the second one. */
async function visit(page) {
  await page.goto(address);
  await page.getByLabel('E-mail address').waitFor();
  return page.evaluate(() => {
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return {
      requests: entries.length,
      bytes: entries.reduce((sum, entry) => sum + entry.transferSize, 0),
      answered: performance.getEntriesByType('navigation')[0].responseEnd,
      painted: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
    };
  });
}

const first = [];
const second = [];
for (let i = 0; i < VISITS; i++) {
  const context = await browser.newContext();
  const page = await context.newPage();
  first.push(await visit(page));
  second.push(await visit(page));
  await context.close();
}
for (const [name, visits] of [['first', first], ['second', second]]) {
  const of = (key) => median(visits.map((one) => one[key])).toFixed(0);
  console.log(`${name} visit: ${of('requests')} requests, ${of('bytes')} bytes, HTML after ${of('answered')} ms, first paint after ${of('painted')} ms (medians of ${VISITS})`);
}
await browser.close();
