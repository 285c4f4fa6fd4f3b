import type { Instrumentation } from "next";

/** Next calls it once in each server process, before the first request. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { watchArrivals } = await import("./lib/web/arrivals.ts");
  watchArrivals();
  const { keepHistory } = await import("./lib/ops/history.ts");
  keepHistory();
  if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT || process.env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT) {
    const { sendTraces } = await import("./lib/ops/traces.ts");
    sendTraces();
  }
  if (process.env.NODE_ENV !== "production") return;
  const { takeConsole } = await import("./lib/ops/log.ts");
  takeConsole();
}

/** For each page, action and route that throws. The digest is what the error page shows. */
export const onRequestError: Instrumentation.onRequestError = async (error, request, context) => {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { failRequest, log } = await import("./lib/ops/log.ts");
  failRequest();
  const digest = (error as { digest?: string }).digest;
  const requestId = request.headers["x-request-id"];
  log("error", "failed", { requestId, route: context.routePath, kind: context.routeType, digest, error });
};
