/**
 * The route that answers an address, for figures and logs: an address itself holds ids and, in invitations, a token, and
 * there are endlessly many. A test compares the list with the folders of `app`.
 */
export const ROUTES = [
  ...["/", "/sign-in", "/sign-up", "/forgot-password", "/reset-password", "/join/[token]", "/auth/confirm"],
  ...["/w/[workspaceId]", "/w/[workspaceId]/d/[documentId]", "/w/[workspaceId]/settings"],
  ...["/w/[workspaceId]/account", "/w/[workspaceId]/trash", "/ops"],
  ...["/api/auth/session", "/api/health", "/api/health/live", "/api/metrics", "/api/vitals"],
] as const;

const patterns = ROUTES.map(
  (route) => [route, new RegExp(`^${route.replace(/\[\w+\]/g, "[^/]+")}/?$`)] as const,
);

/** Of a request's address, with or without its query. */
export function routeName(url: string): string {
  const path = url.split("?", 1)[0] ?? "/";
  if (path.startsWith("/_next/") || /^\/(?:icon\.svg|favicon\.ico)$/.test(path)) return "(files)";
  return patterns.find(([, pattern]) => pattern.test(path))?.[0] ?? "(unknown)";
}
