/**
 * Traces by OpenTelemetry: what Next tells of each request, page, action and call. Off, and not even loaded, unless
 * OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) names a collector that takes OTLP over HTTP. The other variables of
 * its standard work as they do everywhere: OTEL_SERVICE_NAME, OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER.
 *
 * A span has the id of its request, and nothing that the log would not have either: no query of an address, no key, no
 * token, nobody's words. What waits to be sent when the process ends, at most five seconds, is lost.
 */
import type { Context } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { defaultResource, resourceFromAttributes } from "@opentelemetry/resources";
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type ReadableSpan,
  type Span,
  type SpanExporter,
} from "@opentelemetry/sdk-trace-node";
import { currentRequestId } from "./log.ts";
import { redact } from "./redact.ts";
import { VERSION } from "./version.ts";

const QUERY = /\?\S*/g;

/** Called once, before the server takes requests. */
export function sendTraces(exporter: SpanExporter = new OTLPTraceExporter()): NodeTracerProvider {
  const provider = new NodeTracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        "service.name": process.env.OTEL_SERVICE_NAME ?? "command-center",
        "service.version": VERSION,
      }),
    ),
    spanProcessors: [new IdentifiedSpans(without(exporter))],
  });
  provider.register();
  return provider;
}

class IdentifiedSpans extends BatchSpanProcessor {
  override onStart(span: Span, parent: Context): void {
    const id = currentRequestId();
    if (id) span.setAttribute("command_center.request_id", id);
    super.onStart(span, parent);
  }
}

/** The same exporter for spans without secrets. */
function without(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(redactSpan), done),
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}

function redactSpan(span: ReadableSpan): ReadableSpan {
  const { attributes, events, status } = span;
  const said = status.message === undefined ? {} : { message: clean(status.message) };
  return {
    ...pick(span),
    name: clean(span.name),
    attributes: clean(attributes),
    status: { ...status, ...said },
    events: events.map((event) => ({
      ...event,
      name: clean(event.name),
      attributes: clean(event.attributes ?? {}),
    })),
  };
}

/** A span's own functions and getters, as they are. */
function pick(span: ReadableSpan) {
  const { kind, startTime, endTime, links, duration, ended, resource, instrumentationScope } = span;
  const { parentSpanContext, droppedAttributesCount, droppedEventsCount, droppedLinksCount } = span;
  const parent = parentSpanContext ? { parentSpanContext } : {};
  const dropped = { droppedAttributesCount, droppedEventsCount, droppedLinksCount };
  const own = { kind, startTime, endTime, links, duration, ended, resource, instrumentationScope };
  return { ...own, ...parent, ...dropped, spanContext: () => span.spanContext() };
}

function clean<Value extends string | ReadableSpan["attributes"]>(value: Value): Value {
  const cut = (one: unknown) => (typeof one === "string" ? one.replace(QUERY, "") : one);
  const short =
    typeof value === "string"
      ? cut(value)
      : Object.fromEntries(Object.entries(value).map(([name, one]) => [name, cut(one)]));
  return redact(short) as Value;
}
