import { context, trace } from '@opentelemetry/api';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { FallbackStore, MemoryStore, sendOnce } from 'sent-code-store';
import { expect, it, onTestFinished } from 'vitest';
import { traceStores } from '../../docs/examples/opentelemetry.js';
import { exportMetrics } from '../../docs/examples/prometheus.js';

const pathOf = (name: string): string => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

async function useAStore(): Promise<void> {
  const store = new FallbackStore([new MemoryStore({ name: 'first' }), new MemoryStore({ name: 'beside' })], { name: 'chain' });
  await sendOnce(store, { guildId: '1', codes: ['A'], send: async () => undefined });
  await sendOnce(store, { guildId: '1', codes: ['B'], send: () => Promise.reject(new Error('reset')) });
  await store.close();
  await store.ping().catch(() => undefined);
}

it('the bridge to Prometheus counts and times, until it is ended', async () => {
  const register = new Registry();
  const end = exportMetrics(register);
  onTestFinished(end);
  await useAStore();
  const metrics = await register.metrics();
  expect(metrics).toContain('sent_code_messages_total{outcome="sent"} 1');
  expect(metrics).toContain('sent_code_messages_total{outcome="uncertain"} 1');
  expect(metrics).toMatch(/sent_code_store_seconds_count\{store="first",operation="claim",result="ok"\} 2/);
  expect(metrics).toMatch(/sent_code_fallback_events_total\{type="guild-copied"\} 1/);
  end();
  await useAStore();
  expect(await register.metrics()).toBe(metrics);
});

it('the bridge to OpenTelemetry makes a span of each call, and marks what failed', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(traceStores(provider.getTracer('test')));
  await useAStore();
  const first = exporter.getFinishedSpans().filter(({ attributes }) => attributes['sent_codes.store'] === 'first');
  expect(first.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['sent-codes claim', 'sent-codes mark', 'sent-codes read']),
  );
  expect(first.find(({ name }) => name === 'sent-codes claim')?.attributes['sent_codes.codes']).toBe(1);
  expect(trace.getSpan(context.active())).toBeUndefined();
});

/** `UPDATE_DOCS=1` writes the examples into the page. */
it('the page shows the examples as they are', () => {
  const page = readFileSync(pathOf('observing.md'), 'utf8');
  const shown = page.replaceAll(/<!-- ([a-z]+\.ts) -->\n(?:\n```ts\n[^]*?```\n)?/g, (_, name: string) => {
    return `<!-- ${name} -->\n\n\`\`\`ts\n${readFileSync(pathOf(`examples/${name}`), 'utf8')}\`\`\`\n`;
  });
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(pathOf('observing.md'), shown);
  else expect(page).toBe(shown);
});
