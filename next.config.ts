import type { NextConfig } from "next";
import { slimAliases } from "./lib/slim/aliases.ts";
import { fixedHeaders } from "./lib/web/fixed-headers.ts";

const config: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  agentRules: false,
  // one copy for pages and what they draw: Yjs warns of two, and cannot tell the types of one by the other
  serverExternalPackages: ["yjs"],
  headers: async () => [
    {
      source: "/:path*",
      headers: Object.entries(fixedHeaders).map(([key, value]) => ({ key, value })),
    },
  ],
  turbopack: {
    root: import.meta.dirname,
    resolveAlias: Object.fromEntries(
      Object.entries(slimAliases).map(([from, browser]) => [from, { browser }]),
    ),
    // The address of a face, to preload it. Only when asked for so: styles resolve their own.
    rules: {
      "*.woff2": { condition: { query: "?address" }, type: "asset" },
      "*.md": { condition: { query: "?text" }, type: "text" },
    },
  },
};

export default config;
