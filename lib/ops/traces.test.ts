import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { afterEach, expect, it } from "vitest";
import { enterRequest } from "./log.ts";
import { sendTraces } from "./traces.ts";

afterEach(() => {
  trace.disable();
  context.disable();
  propagation.disable();
});

type Value = { stringValue?: string; intValue?: number };
type Sent = {
  resourceSpans: {
    resource: { attributes: { key: string; value: Value }[] };
    scopeSpans: {
      spans: {
        name: string;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        attributes: { key: string; value: Value }[];
      }[];
    }[];
  }[];
};

async function collected(work: () => void): Promise<{ body: string; sent: Sent }> {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.end("{}");
    });
  });
  await new Promise<void>((done) => collector.listen(0, "127.0.0.1", done));
  const { port } = collector.address() as AddressInfo;
  const provider = sendTraces(new OTLPTraceExporter({ url: `http://127.0.0.1:${port}/v1/traces` }));
  work();
  await provider.forceFlush();
  await provider.shutdown();
  await new Promise((done) => collector.close(done));
  expect(bodies).toHaveLength(1);
  return { body: String(bodies[0]), sent: JSON.parse(String(bodies[0])) };
}

it("a trace goes out with its parent and the request's id, and without what opens something or is somebody's words", async () => {
  const { id } = enterRequest("4f0c2c0e-request");
  const { body, sent } = await collected(() => {
    const tracer = trace.getTracer("next.js");
    tracer.startActiveSpan("GET /auth/confirm?token_hash=hidden-hash", (outer) => {
      outer.setAttributes({
        "http.target": "/auth/confirm?token_hash=hidden-hash&type=email",
        "http.url": "https://here.example/join/hidden-invitation",
        "http.request.header.authorization": "Bearer hidden-token",
        "http.status_code": 200,
      });
      tracer.startActiveSpan(
        "fetch POST https://db.example/rest/v1/documents?title=eq.hidden-title",
        (inner) => {
          inner.recordException(new Error("Key (email)=(hidden@example.com) already exists."));
          inner.setStatus({ code: SpanStatusCode.ERROR, message: "asked as hidden@example.com" });
          inner.end();
        },
      );
      outer.end();
    });
  });
  expect(body).not.toContain("hidden");
  const [of] = sent.resourceSpans;
  expect(of?.resource.attributes).toContainEqual({
    key: "service.name",
    value: { stringValue: "command-center" },
  });
  const spans = of?.scopeSpans.flatMap((scope) => scope.spans) ?? [];
  const outer = spans.find(({ name }) => name === "GET /auth/confirm");
  const inner = spans.find(({ name }) => name === "fetch POST https://db.example/rest/v1/documents");
  expect(inner?.parentSpanId).toBe(outer?.spanId);
  expect(inner?.traceId).toBe(outer?.traceId);
  const attribute = (key: string) => outer?.attributes.find((one) => one.key === key)?.value;
  expect(attribute("http.target")).toEqual({ stringValue: "/auth/confirm" });
  expect(attribute("http.status_code")).toEqual({ intValue: 200 });
  expect(attribute("command_center.request_id")).toEqual({ stringValue: id });
});
