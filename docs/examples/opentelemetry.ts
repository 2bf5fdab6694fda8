import { tracingChannel } from 'node:diagnostics_channel';
import { type Span, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { StoreCall } from 'sent-code-store';

/** A span for each call of a store, below whatever span is active. Returns its end. */
export function traceStores(tracer: Tracer): () => void {
  const spans = new WeakMap<StoreCall, Span>();
  const calls = {
    start: (call: StoreCall) => {
      const attributes = { 'sent_codes.store': call.store, 'sent_codes.codes': call.codes };
      spans.set(call, tracer.startSpan(`sent-codes ${call.operation}`, { attributes }));
    },
    error: (call: StoreCall) => {
      spans.get(call)?.recordException(call.error as Error);
      spans.get(call)?.setStatus({ code: SpanStatusCode.ERROR });
    },
    asyncEnd: (call: StoreCall) => spans.get(call)?.end(),
  };
  tracingChannel<unknown, StoreCall>('sent-code-store:call').subscribe(calls as never);
  return () => {
    tracingChannel<unknown, StoreCall>('sent-code-store:call').unsubscribe(calls as never);
  };
}
