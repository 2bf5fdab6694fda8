import { subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { Counter, Histogram, type Registry } from 'prom-client';
import type { DeliveryEvent, FallbackEvent, StoreCall } from 'sent-code-store';

/** Counts messages, times the calls of stores, and counts what a chain tells. Returns its end. */
export function exportMetrics(register: Registry): () => void {
  const metric = (name: string, help: string, labelNames: string[]) => ({ name, help, labelNames, registers: [register] });
  const messages = new Counter(metric('sent_code_messages_total', 'Messages, by how they ended', ['outcome']));
  const seconds = new Histogram(metric('sent_code_store_seconds', 'Calls of a store', ['store', 'operation', 'result']));
  const changes = new Counter(metric('sent_code_fallback_events_total', 'What a chain told', ['type']));

  const onMessage = (event: unknown): void => {
    const told = event as DeliveryEvent;
    if (told.type === 'message') messages.inc({ outcome: told.outcome.status });
  };
  const onFallback = (event: unknown): void => changes.inc({ type: (event as FallbackEvent).type });
  const timers = new WeakMap<StoreCall, (labels: Record<string, string>) => number>();
  const calls = {
    start: (call: StoreCall) => void timers.set(call, seconds.startTimer({ store: call.store, operation: call.operation })),
    asyncEnd: (call: StoreCall) => void timers.get(call)?.({ result: call.error === undefined ? 'ok' : 'failed' }),
  };

  subscribe('sent-code-store:message', onMessage);
  subscribe('sent-code-store:fallback', onFallback);
  tracingChannel<unknown, StoreCall>('sent-code-store:call').subscribe(calls as never);
  return () => {
    unsubscribe('sent-code-store:message', onMessage);
    unsubscribe('sent-code-store:fallback', onFallback);
    tracingChannel<unknown, StoreCall>('sent-code-store:call').unsubscribe(calls as never);
  };
}
