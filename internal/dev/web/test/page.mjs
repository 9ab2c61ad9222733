// Opens every view of a running engine in Chromium, wide and narrow, dark and light, and
// says what is wrong with it: node test/page.mjs http://127.0.0.1:8888
import { strict as assert } from 'node:assert';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const base = process.argv[2];
const folder = process.env.SCREENSHOTS;
const faults = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

async function open(path, { width = 1280, height = 800, colorScheme = 'dark' } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  page.setDefaultTimeout(60000);
  const at = `${path} (${width}, ${colorScheme})`;
  page.on('console', (m) => m.type() === 'error' && faults.push(`${at}: ${m.text()}`));
  page.on('pageerror', (e) => faults.push(`${at}: ${e.message}`));
  page.on('dialog', (d) => { faults.push(`${at}: a script of the content ran`); void d.dismiss(); });
  page.on('request', (r) => { if (!r.url().startsWith(base + '/') && !r.url().startsWith('data:')) faults.push(`${at}: asks another host: ${r.url()}`); });
  await page.goto(base + path);
  return page;
}

async function check(name, path, expected, options) {
  const page = await open(path, options);
  try {
    await page.getByText(expected).filter({ visible: true }).first().waitFor();
    await page.waitForTimeout(500);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) faults.push(`${path}: ${over} pixels wider than a screen of ${options?.width ?? 1280}`);
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
  } catch (error) {
    faults.push(`${path}: ${error.message.split('\n')[0]}`);
  }
  await page.context().close();
}

const ask = async (path) => (await fetch(base + path)).json();
const { traces } = await ask('/api/obsboot/traces?failed=true&service=payments&limit=1');
const trace = `/traces/${traces[0].trace_id}?span=${traces[0].match.span_id}`;
const dashboards = await ask('/api/obsboot/dashboards');

const views = [
  ['overview', '/', 'Who calls whom'], ['dashboards', '/dashboards', 'shop: overview'], ['traces', '/traces?failed=true', 'POST /checkout'],
  ['trace', trace, 'acquirer: deadline exceeded <script>alert(1)</script>'], ['logs', '/logs?level=error', 'payment failed: acquirer did not answer <img src=x onerror=alert(1)>'],
  ['spec', '/spec', 'is declared and has not arrived'], ['alerts', '/alerts', 'SLOBurnRate'], ['runbook', '/runbooks/payments/slo-availability-burn-rate', 'payments'],
  ['explore', '/explore?panes=' + encodeURIComponent(JSON.stringify({ a: { queries: [{ query: '{ resource.service.name = "payments" && kind = server && status = error }' }], range: { from: 'now-1h', to: 'now' } } })), 'POST /checkout'],
];
for (const [name, path, expected] of views) {
  await check(name, path, expected);
  await check(name + '-phone', path, expected, { width: 390, height: 844, colorScheme: 'light' });
}
for (const { uid, title } of dashboards) await check('dashboard-' + uid, '/d/' + uid, title);

// A view can be reloaded: what is chosen stands in the address.
const page = await open('/traces');
await page.getByLabel('Failed').check();
await page.getByLabel('Service').selectOption('payments');
await page.waitForURL(/failed=true.*service=payments/);
await page.reload();
assert.equal(await page.getByLabel('Failed').isChecked(), true);
// By keyboard: to the first trace, to the next failed span, to the logs.
await page.locator('.trace').first().waitFor();
await page.keyboard.press('j');
await page.keyboard.press('Enter');
await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
await page.locator('.span').first().waitFor();
await page.keyboard.press('e');
await page.locator('.span.selected.failed').waitFor();
await page.getByText('Failed: the acquirer').waitFor();
await page.keyboard.press('g');
await page.keyboard.press('l');
await page.waitForURL(/\/logs$/);
await page.context().close();

// How long the page takes: for reading, not a check, because machines differ.
const first = await open('/');
await first.getByText('Who calls whom').waitFor();
const paint = await first.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
await first.context().close();
const board = await open('/d/obsboot-shop-service-payments', { height: 4000 });
await board.waitForFunction(() => document.querySelectorAll('.panel').length >= 20 && ![...document.querySelectorAll('.panel > p')].some((p) => p.textContent === '…'));
const drawn = await board.evaluate(() => [performance.now(), document.querySelectorAll('.panel').length]);
console.log(`first paint ${Math.round(paint)} ms; dashboard of ${drawn[1]} panels drawn after ${Math.round(drawn[0])} ms`);
await board.context().close();

await browser.close();
if (faults.length) {
  console.error(faults.join('\n'));
  process.exit(1);
}
