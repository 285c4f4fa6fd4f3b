import type { NextConfig } from "next";

const config: NextConfig = {
  poweredByHeader: false,
  devIndicators: false,
  agentRules: false,
  turbopack: {
    root: import.meta.dirname,
    // A face's address is needed to preload it.
    rules: { "*.woff2": { type: "asset" } },
  },
};

export default config;
